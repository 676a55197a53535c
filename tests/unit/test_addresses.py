"""Nobody connects to an address that is not public, in whatever form it comes, unless the installation allows it."""

from ipaddress import ip_network

import pytest

from lull.domain.addresses import NOTHING, AllowList, Kind, parse_allow_list, refusal


def words(text: str) -> list[str]:
    return text.split()


PUBLIC = words("""
1.0.0.1 1.1.1.1 8.8.8.8 9.255.255.255 11.0.0.0 93.184.216.34 100.63.255.255 100.128.0.0 126.255.255.255 128.0.0.0
168.63.129.15 168.63.129.17 169.253.255.255 169.255.0.0 172.15.255.255 172.32.0.0 191.255.255.255 192.0.1.0 192.0.3.0
192.88.98.255 192.88.100.0 192.167.255.255 192.169.0.0 198.17.255.255 198.20.0.0 198.51.99.255 198.51.101.0
203.0.112.255 203.0.114.0 223.255.255.255 52.95.110.1
2000:: 2001:200:: 2001:4860:4860::8888 2001:db7:ffff:ffff:ffff:ffff:ffff:ffff 2001:db9:: 2003:: 2606:4700:4700::1111
2620:4f:7fff:ffff:ffff:ffff:ffff:ffff 2620:4f:8001:: 2a00:1450:4001:81b::200e 3ffd:: 3fff:1000:: 2600:1f18::1
::ffff:8.8.8.8 64:ff9b::8.8.8.8 64:ff9b::5db8:d822
""")

REFUSED = {
    Kind.LOOPBACK: """127.0.0.0 127.0.0.1 127.1.2.3 127.255.255.255 ::1 ::ffff:127.0.0.1 ::ffff:7f00:1
        64:ff9b::127.0.0.1 64:ff9b::7f00:1""",
    Kind.PRIVATE: """10.0.0.0 10.255.255.255 172.16.0.0 172.31.255.255 192.168.0.0 192.168.255.255 fc00:: fd00::1
        fdff:ffff:ffff:ffff:ffff:ffff:ffff:ffff fec0::1 feff::1 ::ffff:10.0.0.1 ::ffff:192.168.1.1 64:ff9b::10.0.0.1""",
    Kind.SHARED: "100.64.0.0 100.64.0.1 100.127.255.255 ::ffff:100.64.0.1 64:ff9b::100.64.0.1",
    Kind.LINK_LOCAL: """169.254.0.0 169.254.169.254 169.254.170.2 169.254.169.253 169.254.255.255 fe80::1 febf::1
        fe80::a9fe:a9fe ::ffff:169.254.169.254 ::ffff:a9fe:a9fe 64:ff9b::169.254.169.254 64:ff9b::a9fe:a9fe""",
    Kind.METADATA: "168.63.129.16 100.100.100.200 fd00:ec2::254 fd20:ce::254 ::ffff:168.63.129.16",
    Kind.MULTICAST: "224.0.0.0 224.0.0.1 239.255.255.255 ff00:: ff02::1 ff0e::1 ffff:: ::ffff:224.0.0.1",
    Kind.RESERVED: """0.0.0.0 0.0.0.1 0.255.255.255 192.0.0.0 192.0.0.8 192.0.0.192 192.0.0.255 192.0.2.0 192.0.2.255
        192.31.196.1 192.52.193.1 192.88.99.0 192.88.99.1 192.175.48.1 198.18.0.0 198.19.255.255 198.51.100.1
        203.0.113.255 240.0.0.0 255.255.255.254 255.255.255.255 :: 100::1 64:ff9a::1 4000:: 5f00::1 8000:: e000::1
        200::1 400::1 1fff:ffff:: 2001:1::1 2001:2::1 2001:3::1 2001:4:112::1 2001:10::1 2001:1f::1 2001:20::1
        2001:2f::1 2001:30::1 2001:1ff:ffff:ffff:ffff:ffff:ffff:ffff 2001:db8::1 2001:db8:ffff:: 2620:4f:8000::1
        3ffe::1 3fff::1 3fff:fff:: ::ffff:0.0.0.0 ::ffff:255.255.255.255 64:ff9b::0.0.0.0 64:ff9b:2::1 fe00::1""",
    Kind.EMBEDDED: """::169.254.169.254 ::127.0.0.1 ::8.8.8.8 ::2 ::ffff:0:127.0.0.1 ::ffff:0:8.8.8.8
        64:ff9b:1::127.0.0.1 64:ff9b:1:ffff::8.8.8.8 2002:a9fe:a9fe::1 2002:7f00:1:: 2002:808:808::1
        2001::1 2001:0:a9fe:a9fe::1 2001:0:4136:e378:8000:63bf:3fff:fdd2""",
    Kind.SCOPED: "fe80::1%eth0 fe80::1%1 2606:4700:4700::1111%eth0 ::1%lo ::ffff:8.8.8.8%1",
    Kind.NO_ADDRESS: """localhost 2130706433 0x7f000001 0177.0.0.1 127.1 127.0.1 0x7f.0.0.1 1.1.1 1.1.1.1.1 256.1.1.1
        01.1.1.1 ١.١.١.١ １.１.１.１ 1.1.1.1/32 ::g 1::2::3 [::1] 8.8.8.8:80 -1.1.1.1""",
}


@pytest.mark.parametrize("address", PUBLIC)
def test_a_public_address_is_allowed(address):
    assert refusal(address) is None


@pytest.mark.parametrize(("kind", "address"), [(kind, each) for kind, row in REFUSED.items() for each in words(row)])
def test_any_other_address_is_refused_for_what_it_is(kind, address):
    assert refusal(address) is kind


@pytest.mark.parametrize("address", ["", " ", "8.8.8.8 ", "8.8.8.8\n", "\x008.8.8.8"])
def test_an_address_with_anything_around_it_is_none(address):
    assert refusal(address) is Kind.NO_ADDRESS


ALLOWED = """
127.0.0.1 127.0.0.0/8 | 127.0.0.1 127.0.0.1 | 127.0.0.1 10.0.0.0/8,127.0.0.0/8 | ::1 ::1/128 | ::1 [::1/128]
fd12::7 fd12::/16 | 10.1.2.3 10.0.0.0/8:8080 | ::1 [::1]:8080 | fd12::7 [fd12::/16]:8080 | 127.0.0.1 localhost
10.1.2.3 localhost | 100.64.0.1 localhost | ::1 localhost | fd12::7 LocalHost | 127.0.0.1 localhost:8080
::ffff:127.0.0.1 127.0.0.0/8 | 64:ff9b::10.1.2.3 10.0.0.0/8 | 169.254.169.254 169.254.169.254
8.8.8.8 10.0.0.0/8 | 8.8.8.8 localhost:1
"""
STILL_REFUSED = """
127.0.0.2 127.0.0.1 | 127.0.0.1 ::/0 | ::1 0.0.0.0/0 | 127.0.0.1 10.0.0.0/8 | 10.1.2.3 10.0.0.0/8:80
127.0.0.1 localhost:80 | 127.0.0.1 other | 127.0.0.1 localhost.example | 169.254.169.254 localhost
168.63.129.16 localhost | fd00:ec2::254 localhost | 0.0.0.0 localhost | 224.0.0.1 localhost | fe80::1 localhost
2002:7f00:1:: localhost | 2002:7f00:1:: 127.0.0.0/8 | ::127.0.0.1 127.0.0.0/8 | fe80::1%lo fe80::/10 | nonsense ::/0
"""


def pairs(text: str) -> list[list[str]]:
    return [pair.split() for line in text.strip().splitlines() for pair in line.split("|")]


@pytest.mark.parametrize(("address", "allowed"), pairs(ALLOWED))
def test_the_allow_list_opens_its_networks_and_what_its_names_lead_to(address, allowed):
    assert refusal(address, host="localhost", port=8080, allowed=parse_allow_list(allowed)) is None


@pytest.mark.parametrize(("address", "allowed"), pairs(STILL_REFUSED))
def test_the_allow_list_opens_nothing_else(address, allowed):
    assert refusal(address, host="localhost", port=8080, allowed=parse_allow_list(allowed))


@pytest.mark.parametrize("text", ["", " ", ",", " , "])
def test_an_empty_allow_list_allows_nothing_private(text):
    assert parse_allow_list(text) == AllowList() == NOTHING


@pytest.mark.parametrize(
    "text",
    words("""10.0.0.1/8 10.0.0.0/33 ::1/129 http://localhost *.example.com localhost: localhost:0 localhost:65536 127.1
        localhost:x 2130706433 0x7f000001 user@host a..b -a [::1 ::1] [::1]:0 ::1]:80 host/8 1.1.1.1:1:1 bücher.de"""),
)
def test_an_entry_that_is_neither_network_nor_name_is_named(text):
    with pytest.raises(ValueError, match="is neither a network nor a host name") as error:
        parse_allow_list(f"10.0.0.0/8,{text}")
    assert repr(text) in str(error.value)


def test_the_corpus_is_as_large_as_it_claims():
    addresses = [*PUBLIC, *(each for row in REFUSED.values() for each in words(row))]
    assert len(addresses) == len(set(addresses)) >= 180


@pytest.mark.parametrize("address", ["64:ff9b::169.254.169.254", "2002:a9fe:a9fe::1", "fec0::1", "224.0.0.1"])
def test_it_refuses_what_python_calls_global(address):
    assert refusal(address)


@pytest.mark.parametrize(
    "text", words("10.0.0.0/8 100.64.0.0/10 127.0.0.0/8 169.254.0.0/16 172.16.0.0/12 192.168.0.0/16 198.18.0.0/15")
)
def test_a_refused_network_is_refused_to_its_edges_and_no_further(text):
    network = ip_network(text)
    inside = range(0, network.num_addresses, network.num_addresses // 64)
    assert all(refusal(str(network[position])) for position in [*inside, -1])
    assert not refusal(str(network[0] - 1))
    assert not refusal(str(network[-1] + 1))
