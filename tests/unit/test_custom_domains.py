"""Which names may be those of pages, and what becomes of a name that is proven, or no longer."""

from dataclasses import replace
from datetime import timedelta
from itertools import product

import pytest

from lull.domain import custom_domains as domain
from lull.domain.custom_domains import DomainClaim, Evidence, Finding, LookedUp
from lull.domain.errors import Invalid
from lull.publishing.places import FILES, domain_key, path_behind
from tests.builders import NOON
from tests.page_builders import a_page

HOST = "status.example.com"
OWN = {"pages.lull.example", "lull.example"}


@pytest.mark.parametrize(
    ("text", "name"),
    [
        (HOST, HOST),
        ("Status.EXAMPLE.com", HOST),
        ("example.com", "example.com"),
        ("status.bücher.example", "status.xn--bcher-kva.example"),
        ("STATUS.BÜCHER.example", "status.xn--bcher-kva.example"),
        ("status.xn--bcher-kva.example", "status.xn--bcher-kva.example"),
        ("faß.example", "xn--fa-hia.example"),
        ("状态。例子.example", "xn--t7t692b.xn--fsqu00a.example"),
        ("a-b.1x.example", "a-b.1x.example"),
        (f"{'a' * 63}.example", f"{'a' * 63}.example"),
        (f"{'a.' * 115}example", f"{'a.' * 115}example"),
    ],
)
def test_a_name_is_kept_as_dns_knows_it(text, name):
    assert domain.as_name(text) == name
    assert domain.as_name(name) == name


@pytest.mark.parametrize(
    "text",
    [
        *("", " ", "localhost", "status", "status.example.com.", ".example.com", "status..example.com"),
        *("192.0.2.1", "::1", "[::1]", "2001:db8::1", "1.2.3", "status.example.1", "0x7f.1"),
        *("_status.example.com", "-a.example.com", "a-.example.com", "a b.example.com", "*.example.com"),
        *("https://status.example.com", "status.example.com/x", "status.example.com:443", "me@example.com"),
        *(f"{'a' * 64}.example", f"{'a.' * 120}example.com", f"{'a.' * 124}example", "ü" * 2000 + ".example"),
        *("xn--zzzzzzz--.example", "xn--.example", "\u200d.example", "a\n.example", "status.example.com\x00"),
    ],
)
def test_what_is_no_host_name_is_refused_by_its_field(text):
    with pytest.raises(Invalid) as refused:
        domain.as_name(text)
    assert [each.field for each in refused.value.errors] == ["customDomain"]


@pytest.mark.parametrize(
    "host", [*sorted(OWN), "Pages.Lull.Example", "d1.cloudfront.net", "cloudfront.net", "x.s3.amazonaws.com"]
)
def test_names_of_the_installation_and_its_platform_are_nobodys(host):
    with pytest.raises(Invalid):
        domain.pointed(a_page(custom_domain=host), None, own_hosts=OWN, proof="p")


def test_a_page_keeps_its_proof_and_loses_its_verification_with_its_host():
    first = domain.pointed(a_page(custom_domain="Status.Example.com"), a_page(), own_hosts=OWN, proof="one")
    assert (first.custom_domain, first.domain_proof, first.verified_host) == (HOST, "one", None)
    verified = replace(first, domain_verified_at=NOON)
    same = domain.pointed(replace(verified, custom_domain="STATUS.example.com"), verified, own_hosts=OWN, proof="two")
    assert same == verified
    other = domain.pointed(replace(verified, custom_domain="b.example.com"), verified, own_hosts=OWN, proof="two")
    assert (other.custom_domain, other.domain_proof, other.domain_verified_at) == ("b.example.com", "one", None)
    none = domain.pointed(replace(verified, custom_domain=None), verified, own_hosts=OWN, proof="two")
    assert (none.custom_domain, none.domain_proof, none.domain_verified_at) == (None, "one", None)


def test_a_page_without_a_host_has_no_proof():
    assert domain.pointed(a_page(), None, own_hosts=OWN, proof="one") == a_page()


def test_the_proof_names_the_page():
    assert domain.proof_of(a_page(id=7, domain_proof="abc")) == "lull-page-7-abc"


def evidence(cname: Finding, txt: Finding) -> Evidence:
    return Evidence(LookedUp(HOST, cname), LookedUp(domain.challenge_name(HOST), txt))


RIGHT = {Finding.MATCHES, Finding.FLATTENED}
OUT_OF_REACH = {Finding.TIMEOUT, Finding.SERVER_FAILURE, Finding.OTHER_ADDRESSES}


@pytest.mark.parametrize(("cname", "txt"), list(product(Finding, Finding)))
def test_only_what_is_certainly_wrong_counts_against_a_claim(cname, txt):
    claim = DomainClaim(host=HOST, workspace_id=1, page_id=1, failures=1, due_at=NOON)
    judged = domain.judged(claim, evidence(cname, txt), at=NOON)
    day, hour = NOON + timedelta(days=1), NOON + timedelta(hours=1)
    if {cname, txt} <= RIGHT:
        assert judged == replace(claim, failures=0, due_at=day)
    elif {cname, txt} <= RIGHT | OUT_OF_REACH:
        assert judged == replace(claim, due_at=hour)
    else:
        assert judged == replace(claim, failures=2, due_at=day)


def test_the_third_day_without_a_proof_ends_a_claim_and_nothing_else_does():
    claim = DomainClaim(host=HOST, workspace_id=1, page_id=1, failures=2, due_at=NOON)
    assert domain.judged(claim, evidence(Finding.MATCHES, Finding.DIFFERENT), at=NOON) is None
    for _ in range(100):
        kept = domain.judged(claim, evidence(Finding.TIMEOUT, Finding.SERVER_FAILURE), at=NOON)
        assert kept is not None


@pytest.mark.parametrize("path", FILES)
def test_the_gate_finds_every_file_of_a_host_by_where_the_cdn_looks_for_it(path):
    whole = path.replace("{slug}", "acme").replace("{componentId}", "5").replace("{document}", "incidents/unresolved")
    whole = whole.replace("{month}", "2026-03")
    prefix, _, rest = domain_key(whole, HOST).partition(f"{HOST}/")
    assert prefix == "domains/"
    assert path_behind(rest, "acme") == whole
