"""A URL is read once, and nothing that could be read in two ways is asked."""

import asyncio
import ssl
from urllib.parse import urlsplit

import pytest

from lull.domain.addresses import NOTHING
from lull.domain.answers import Failure
from lull.gateways import targets
from lull.gateways.targets import Failed, Network, judged, parsed

PUBLIC = "93.184.216.34"
NAMES = {
    "metadata.google.internal": ["169.254.169.254"],
    "instance-data.ec2.internal": ["169.254.169.254"],
    "localhost": ["127.0.0.1", "::1"],
    "localhost.localdomain": ["127.0.0.1"],
    "ip6-localhost": ["::1"],
    "127.0.0.1.nip.io": ["127.0.0.1"],
    "a9fea9fe.example": ["169.254.169.254"],
    "mixed.example": [PUBLIC, "10.0.0.1"],
    "mixed6.example": [PUBLIC, "fd00:ec2::254"],
    "mapped.example": ["::ffff:169.254.169.254"],
    "nat64.example": ["64:ff9b::a9fe:a9fe"],
    "scoped.example": ["fe80::1%eth0"],
    "gone.example": [],
}


async def resolved(host: str, port: int) -> list[str]:
    literal = host.replace(".", "").isdigit() or ":" in host
    return [host] if literal else NAMES.get(host, [PUBLIC])


NETWORK = Network(allowed=NOTHING, trust=ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT), resolve=resolved)


def fate(url: str) -> str:
    """Where a request to this URL would go, or what keeps it."""

    async def judge() -> str:
        target = await judged(parsed(url), NETWORK)
        return f"{target.url.host}:{target.port}"

    try:
        with asyncio.Runner(loop_factory=asyncio.new_event_loop) as runner:
            return runner.run(judge())
    except Failed as failed:
        return failed.failure


ASKED = """
http://example.com example.com:80 | https://example.com/ example.com:443 | HTTPS://EXAMPLE.COM/A?b#c example.com:443
http://example.com:8080/ example.com:8080 | https://example.com:80/ example.com:80 | http://example.com. example.com:80
http://example.com.:81/x example.com:81 | http://8.8.8.8/ 8.8.8.8:80 | https://8.8.8.8:8443/ 8.8.8.8:8443
http://[2606:4700:4700::1111]/ 2606:4700:4700::1111:80 | https://[2606:4700:4700::1111]:444/ 2606:4700:4700::1111:444
http://my_service.example/ my_service.example:80 | http://xn--bcher-kva.example/ bücher.example:80
http://bücher.example/ bücher.example:80 | http://BÜCHER.example/ bücher.example:80 | http://a-b.example a-b.example:80
http://example.com/@127.0.0.1 example.com:80 | http://example.com/?@127.0.0.1/ example.com:80
http://example.com#@127.0.0.1/ example.com:80 | http://example.com?url=http://127.0.0.1/ example.com:80
http://example.com/http://10.0.0.1/ example.com:80 | http://example.com//127.0.0.1/ example.com:80
http://example.com/%0d%0aHost:%20x example.com:80 | http://example.com:/ example.com:80 | http://1.example/ 1.example:80
http://example.com/..;/ example.com:80 | http://0x7f.example/ 0x7f.example:80
http://127.0.0.1.example/ 127.0.0.1.example:80 | http://example。com/ example.com:80
http://[::ffff:8.8.8.8]/ ::ffff:8.8.8.8:80 | http://example.com:443/ example.com:443
"""

REFUSED = {
    Failure.REFUSED_ADDRESS: """
        http://127.0.0.1 http://127.0.0.1:80/ http://127.1.1.1/ http://0.0.0.0/ http://10.0.0.1:9200/ http://172.16.0.1/
        http://192.168.0.1/ http://100.64.0.1/ http://169.254.169.254/latest/meta-data/ http://169.254.170.2/v2/
        http://100.100.100.200/ http://192.0.0.192/ http://168.63.129.16/ http://224.0.0.1/ http://255.255.255.255/
        http://240.0.0.1/ http://198.18.0.1/ http://192.88.99.1/ http://203.0.113.7/ http://[::1]/ http://[::]/
        http://[0:0:0:0:0:0:0:1]:8080/ http://[0000::1]/ http://[::ffff:127.0.0.1]/ http://[::ffff:7f00:1]/
        http://[0:0:0:0:0:ffff:169.254.169.254]/ http://[::127.0.0.1]/ http://[::169.254.169.254]/
        http://[64:ff9b::169.254.169.254]/ http://[64:ff9b::a9fe:a9fe]/ http://[64:ff9b:1::a9fe:a9fe]/
        http://[2002:a9fe:a9fe::1]/ http://[2001:0:a9fe:a9fe::1]/ http://[fd00:ec2::254]/ http://[fe80::1]/
        http://[fec0::1]/ http://[fc00::1]/ http://[ff02::1]/ http://[2001:db8::1]/ http://[3fff::1]/ http://[100::1]/
        http://[::ffff:0:127.0.0.1]/ http://localhost/ http://LOCALHOST/ http://LocalHost./ http://localhost:22/
        http://localhost.localdomain/ http://ip6-localhost/ http://metadata.google.internal/computeMetadata/v1/
        http://METADATA.google.internal./ http://instance-data.ec2.internal/ http://127.0.0.1.nip.io/
        http://a9fea9fe.example/ http://mixed.example/ http://mixed6.example/ http://mapped.example/
        http://nat64.example/ http://scoped.example/ http://127.0.0.1./ http://127。0。0。1/ https://mixed.example:8443/x""",
    Failure.DNS: "http://gone.example/ https://GONE.example./",
    Failure.INVALID_REQUEST: r"""
        http://2130706433/ http://0x7f000001/ http://0X7F000001/ http://017700000001/ http://0177.0.0.1/ http://127.1/
        http://127.0.1/ http://0x7f.0.0.1/ http://0x7f.1/ http://0/ http://0x0/ http://00/
        http://127.0.0.01/ http://127.0.0.0x1/ http://127.000.000.001/ http://256.0.0.1/ http://1.2.3.4.5/ http://2852039166/
        http://0xa9fea9fe/ http://0251.0376.0251.0376/ http://169.254.43518/ http://169.16689662/ http://0xa9.254.169.254/
        http://425.510.425.510/ http://example.1/ http://example.0x1/ http://example.0x/
        http://１２７.０.０.１/  http://①②⑦.⓪.⓪.①/ http://ⓛocalhost/ http://lo𝖼alhost/ http://١٢٧.0.0.1/
        http://ｌｏｃａｌｈｏｓｔ/ http://☃.example/
        http://user@example.com/ http://user:password@example.com/ http://example.com@127.0.0.1/ http://:@example.com/
        http://example.com:80@127.0.0.1/ http://127.0.0.1@example.com/ http://example.com\@127.0.0.1/
        http://127.0.0.1\@example.com/ http://example.com%40127.0.0.1/ http://a@b@c/ http://user%40x@example.com/
        http://example.com\127.0.0.1/ http://127.0.0.1\.example.com/ http://example.com%2f@127.0.0.1/ http://%31%32%37.0.0.1/
        http://127%2e0%2e0%2e1/ http://%6cocalhost/ http://localhost%00.example.com/ http://localhost%20/ http://local%68ost
        http://example.com%0d%0a/ http://exa%mple.com/ http://example.com;127.0.0.1/ http://example.com,127.0.0.1/
        http://example.com&127.0.0.1/ http://ex|ample.com/ http://{host}/ http://"example.com"/ http://example.com'/
        http://*.example.com/ http://example.com!/ http://$HOST/ http://(x)/ http://a=b/ http://a+b/ http://`id`/ http://~/
        http://[fe80::1%25eth0]/ http://[fe80::1%eth0]/ http://[::1%lo]/ http://[::1%。]/ http://[2606:4700:4700::1111%25eth0]/
        http://[::1/ http://::1/ http://::1]/ http://[]/ http://[127.0.0.1]/ http://[localhost]/ http://[::g]/ http://[v1.x]/
        http://[::1].example.com/ http://[::1]x/ http://[::ffff:0177.0.0.1]/ http://[::1]@example.com/ http://[[::1]]/
        http:// http:/// http:///path http://. http://./ http://.. http://.example.com/ http://a..b/ http://example.com../
        http://-a.example/ http://a-.example/ http://:80/ http:example.com http:/example.com //example.com/ example.com
        /path ? # . http https https: https:/127.0.0.1/ https:127.0.0.1 http;//example.com http\://example.com
        http:\\example.com\ http:/\example.com http:\/example.com ://example.com/
        ftp://example.com/ file:///etc/passwd file://localhost/etc/passwd gopher://example.com:6379/_x data:text/plain,x
        javascript:alert(1) ws://example.com/ wss://example.com/ unix:/var/run/docker.sock dict://127.0.0.1:11211/
        ldap://127.0.0.1/ jar:http://127.0.0.1/!/ http+unix://x/ httpx://example.com/ url:http://example.com/ mailto:a@b
        http://example.com:0/ http://example.com:65536/ http://example.com:99999999999/ http://example.com:-80/
        http://example.com:x/ http://example.com:80:80/ http://example.com:8%30/ http://example.com:80\@127.0.0.1/
        http://example.com:80.1/ http://example.com:0x50/""",
}
WITH_BLANKS = [
    "",
    " ",
    " http://example.com/",
    "http://example.com /",
    "http://exam ple.com/",
    "http://example.com\t/",
    "http://example.com/\r\nHost: x",
    "http://example.com\n.127.0.0.1/",
    "http://example.com\x00.127.0.0.1/",
    "http://\u2028example.com/",
    "http://local\u00adhost/",
    "http://exam\u200dple.com/",
    "http://\u202emoc.elpmaxe/",
    "http://\ud800.example/",
    f"http://{'a' * 64}.example/",
    f"http://{'a.' * 127}example/",
    f"http://example.com/{'a' * 2_048}",
]


def pairs(text: str) -> list[list[str]]:
    return [pair.split() for line in text.strip().splitlines() for pair in line.split("|")]


UNASKED = [(failure, url) for failure, row in REFUSED.items() for url in row.split()]


@pytest.mark.parametrize(("url", "where"), pairs(ASKED))
def test_a_public_target_is_asked_under_its_own_name(url, where):
    assert fate(url) == where


@pytest.mark.parametrize(("failure", "url"), UNASKED)
def test_any_other_target_is_not_asked(failure, url):
    assert fate(url) == failure


@pytest.mark.parametrize("url", WITH_BLANKS, ids=range(len(WITH_BLANKS)))
def test_a_url_with_blanks_or_hidden_characters_or_beyond_all_measure_is_not_asked(url):
    assert fate(url) == Failure.INVALID_REQUEST


def test_the_corpus_is_as_large_as_it_claims():
    assert len({url for _, url in UNASKED}) + len(pairs(ASKED)) + len(WITH_BLANKS) >= 250


@pytest.mark.parametrize("url", [url for url, _ in pairs(ASKED) if url.isascii()])
def test_another_parser_reads_the_same_host_and_port_in_what_is_asked(url):
    ours, other = parsed(url), urlsplit(url)
    assert ours.raw_host.decode() == str(other.hostname).removesuffix(".")
    assert ours.port in (other.port, None)


@pytest.mark.parametrize(
    "number", ["2130706433", "0x7f000001", "0177.0.0.1", "127.1", "１２７.0.0.1", "0", "127.0.0.1"]
)
def test_what_the_resolver_makes_of_a_number_would_be_refused_as_well(number):
    with pytest.raises(Failed) as failed:
        judge_unparsed(number)
    assert failed.value.failure is Failure.REFUSED_ADDRESS


def judge_unparsed(host: str) -> None:
    async def judge() -> None:
        for address in await targets._addresses_of(host, 80):

            async def one(_host: str, _port: int, address: str = address) -> list[str]:
                return [address]

            await judged(parsed("http://example.com/"), Network(allowed=NOTHING, trust=NETWORK.trust, resolve=one))

    with asyncio.Runner(loop_factory=asyncio.new_event_loop) as runner:
        runner.run(judge())
