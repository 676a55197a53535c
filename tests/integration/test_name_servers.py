"""What DNS says about a host, asked of a real name server."""

import socket

import dns.rcode
import pytest

from lull.domain.custom_domains import Evidence, Finding, LookedUp
from lull.gateways import name_servers
from tests.name_server import TARGET, name_server

HOST, CHALLENGE = "status.example.test", "_lull-challenge.status.example.test"
PROOF = "lull-page-1-abc"
F = Finding


@pytest.fixture(scope="module")
def server():
    with name_server() as serving:
        yield serving


@pytest.fixture(autouse=True)
def _clean(server, monkeypatch):
    monkeypatch.setenv("DNS_SERVERS", server.address)
    server.clear()


def look_up(seconds: float = 3.0) -> Evidence:
    (found,) = name_servers.look_up([(HOST, PROOF)], target=TARGET, seconds=seconds)
    return found


PROVEN = LookedUp(CHALLENGE, F.MATCHES, (PROOF,))


@pytest.mark.parametrize(
    ("records", "finding", "found"),
    [
        ({(HOST, "CNAME"): [TARGET]}, F.MATCHES, (TARGET,)),
        ({(HOST, "CNAME"): ["PAGES.Lull.TEST"]}, F.MATCHES, (TARGET,)),
        ({(HOST, "CNAME"): ["a.test"], ("a.test", "CNAME"): [TARGET]}, F.MATCHES, ("a.test", TARGET)),
        ({(HOST, "CNAME"): ["elsewhere.test"], ("elsewhere.test", "A"): ["192.0.2.10"]}, F.DIFFERENT, None),
        ({(HOST, "CNAME"): ["gone.test"]}, F.DANGLING, ("gone.test",)),
        ({(HOST, "CNAME"): ["a.test"], ("a.test", "CNAME"): [HOST]}, F.LOOP, ("a.test", HOST)),
        ({(HOST, "CNAME"): [HOST]}, F.LOOP, (HOST,)),
        (
            {(HOST, "CNAME"): ["0.test"]} | {(f"{n}.test", "CNAME"): [f"{n + 1}.test"] for n in range(20)},
            F.LOOP,
            None,
        ),
        ({(HOST, "A"): ["192.0.2.11", "192.0.2.99"]}, F.FLATTENED, ("192.0.2.11", "192.0.2.99")),
        ({(HOST, "A"): ["192.0.2.99"]}, F.OTHER_ADDRESSES, ("192.0.2.99",)),
        ({(HOST, "AAAA"): ["2001:db8::9"]}, F.OTHER_ADDRESSES, ("2001:db8::9",)),
        ({(HOST, "TXT"): ['"x"']}, F.MISSING, ()),
        ({}, F.NOT_FOUND, ()),
    ],
    ids=lambda value: value.value if isinstance(value, Finding) else "",
)
def test_where_a_host_leads(server, records, finding, found):
    server.records |= {**records, (CHALLENGE, "TXT"): [f'"{PROOF}"']}
    evidence = look_up()
    assert evidence.cname.finding == finding
    assert found is None or evidence.cname == LookedUp(HOST, finding, found)
    assert evidence.txt == PROVEN
    assert evidence.proves == (finding in (F.MATCHES, F.FLATTENED))


@pytest.mark.parametrize(
    ("texts", "finding", "found"),
    [
        ([f'"{PROOF}"'], F.MATCHES, (PROOF,)),
        (['"v=spf1 -all"', f'"{PROOF}"'], F.MATCHES, (PROOF, "v=spf1 -all")),
        ([f'"{PROOF[:5]}" "{PROOF[5:]}"'], F.MATCHES, (PROOF,)),
        ([f'" {PROOF} "'], F.MATCHES, (f" {PROOF} ",)),
        ([f'"{PROOF}x"'], F.DIFFERENT, (f"{PROOF}x",)),
        ([f'"{PROOF.upper()}"'], F.DIFFERENT, None),
        ([r'"\255\254"'], F.DIFFERENT, None),
        ([f'"{number:02d}"' for number in range(20)], F.DIFFERENT, tuple(f"{number:02d}" for number in range(10))),
    ],
)
def test_what_a_challenge_says(server, texts, finding, found):
    server.records |= {(HOST, "CNAME"): [TARGET], (CHALLENGE, "TXT"): texts}
    evidence = look_up()
    assert evidence.cname == LookedUp(HOST, F.MATCHES, (TARGET,))
    assert evidence.txt.finding == finding
    assert found is None or evidence.txt.found == found


def test_a_challenge_may_be_kept_elsewhere(server):
    server.records |= {(CHALLENGE, "CNAME"): ["proofs.test"], ("proofs.test", "TXT"): [f'"{PROOF}"']}
    assert look_up().txt == PROVEN


@pytest.mark.parametrize("name", [HOST, CHALLENGE])
@pytest.mark.parametrize(
    ("trouble", "finding"),
    [
        (dns.rcode.NXDOMAIN, F.NOT_FOUND),
        (dns.rcode.SERVFAIL, F.SERVER_FAILURE),
        (dns.rcode.REFUSED, F.SERVER_FAILURE),
        (None, F.TIMEOUT),
    ],
)
def test_one_trouble_is_told_from_another_and_hides_nothing_else(server, name, trouble, finding):
    server.prove(HOST, PROOF)
    if trouble is None:
        server.silent.add(name)
    else:
        server.rcodes[name] = trouble
    evidence = look_up(seconds=0.4)
    assert (evidence.cname.finding, evidence.txt.finding) == (
        (finding, F.MATCHES) if name == HOST else (F.MATCHES, finding)
    )


def test_a_challenge_that_is_missing_beside_other_records(server):
    server.prove(HOST, PROOF)
    server.put(CHALLENGE, "TXT")
    server.put(CHALLENGE, "A", "192.0.2.1")
    assert look_up().txt == LookedUp(CHALLENGE, F.MISSING)


def test_a_server_that_does_not_answer_does_not_keep_another_from_being_asked(server, monkeypatch):
    server.prove(HOST, PROOF)
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as deaf:
        deaf.bind(("127.0.0.1", 0))
        # A system's resolver has another port, an address of its own: here it is the second of two.
        monkeypatch.setenv("DNS_SERVERS", f"127.0.0.2:{deaf.getsockname()[1]},{server.address}")
        assert look_up(seconds=1.5).proves


def test_no_name_server_at_all_is_no_error(monkeypatch):
    monkeypatch.setenv("DNS_SERVERS", "127.0.0.1:9")
    evidence = look_up(seconds=0.4)
    assert not evidence.proves
    assert not evidence.disproves


def test_a_verification_asks_few_questions(server):
    server.prove(HOST, PROOF)
    before = server.asked
    assert look_up().proves
    assert server.asked - before == 2
