"""Questions to DNS about a host that is to be a page's: a handful, side by side, answered in five seconds or not."""

import asyncio
from collections.abc import Awaitable, Collection
from concurrent.futures import ThreadPoolExecutor

import dns.asyncresolver
import dns.exception
import dns.name
import dns.rdatatype
import dns.resolver

from lull import settings
from lull.domain.custom_domains import Evidence, Finding, LookedUp, challenge_name

MOST_SECONDS = 5.0
"""For everything."""
_MOST_HOPS = 8
_MOST_FOUND = 10
_LONGEST_FOUND = 255

_TROUBLES: tuple[tuple[type[Exception], Finding], ...] = (
    (dns.resolver.NXDOMAIN, Finding.NOT_FOUND),
    (dns.resolver.NoAnswer, Finding.MISSING),
    (dns.resolver.LifetimeTimeout, Finding.TIMEOUT),
    (dns.exception.Timeout, Finding.TIMEOUT),
)


def look_up(wanted: Collection[tuple[str, str]], *, target: str, seconds: float = MOST_SECONDS) -> list[Evidence]:
    """What DNS says of hosts with their proofs, in their order: does each lead to `target`, does its challenge say so.

    All at once: together they take no longer than one. What goes wrong in DNS is in the answer, never an exception.
    """
    # In a thread of its own: the API's endpoints are in a running event loop.
    with ThreadPoolExecutor(1, thread_name_prefix="dns") as pool:
        return pool.submit(asyncio.run, _all(wanted, target, seconds)).result()


async def _all(wanted: Collection[tuple[str, str]], target: str, seconds: float) -> list[Evidence]:
    resolver = _resolver(seconds)
    found = await asyncio.gather(*(_evidence(resolver, host, target, proof, seconds) for host, proof in wanted))
    return list(found)


async def _evidence(
    resolver: dns.asyncresolver.Resolver, host: str, target: str, proof: str, seconds: float
) -> Evidence:
    challenge = challenge_name(host)
    cname, txt = await asyncio.gather(
        _within(seconds, host, _leads_to(resolver, host, target)),
        _within(seconds, challenge, _says(resolver, challenge, proof)),
    )
    return Evidence(cname, txt)


def _resolver(seconds: float) -> dns.asyncresolver.Resolver:
    servers = [each.strip() for each in settings.dns_servers().split(",") if each.strip()]
    resolver = dns.asyncresolver.Resolver(configure=not servers)
    if servers:
        resolver.nameservers = [_server(each)[0] for each in servers]
        resolver.nameserver_ports = dict(map(_server, servers))
    # One that does not answer leaves time to ask another, or again.
    resolver.timeout = seconds / 3
    resolver.lifetime = seconds
    return resolver


def _server(text: str) -> tuple[str, int]:
    if text.count(":") == 1:
        address, _, port = text.partition(":")
        return address, int(port)
    return text, 53


async def _within(seconds: float, name: str, looking: Awaitable[LookedUp]) -> LookedUp:
    try:
        async with asyncio.timeout(seconds):
            return await looking
    except Exception as error:
        return LookedUp(name, _trouble(error))


def _trouble(error: Exception) -> Finding:
    if isinstance(error, TimeoutError):
        return Finding.TIMEOUT
    found = next((finding for kind, finding in _TROUBLES if isinstance(error, kind)), None)
    if found is None and not isinstance(error, dns.exception.DNSException | OSError | EOFError | ValueError):
        raise error
    return found or Finding.SERVER_FAILURE


async def _leads_to(resolver: dns.asyncresolver.Resolver, host: str, target: str) -> LookedUp:
    """Follows CNAMEs one by one: whoever points to a name that points to the target is right as well."""
    passed: list[str] = []
    name = host
    while len(passed) <= _MOST_HOPS:
        try:
            following = await _cname(resolver, name)
        except dns.resolver.NXDOMAIN:
            return LookedUp(host, Finding.DANGLING if passed else Finding.NOT_FOUND, tuple(passed))
        if following is None:
            break
        passed.append(following)
        if following == target:
            return LookedUp(host, Finding.MATCHES, tuple(passed))
        if following == host or following in passed[:-1]:
            return LookedUp(host, Finding.LOOP, tuple(passed))
        name = following
    else:
        return LookedUp(host, Finding.LOOP, tuple(passed))
    if passed:
        return LookedUp(host, Finding.DIFFERENT, tuple(passed))
    return await _has_addresses_of(resolver, host, target)


async def _cname(resolver: dns.asyncresolver.Resolver, name: str) -> str | None:
    answer = await resolver.resolve(_absolute(name), "CNAME", raise_on_no_answer=False, search=False)
    return _text(answer.rrset[0].target) if answer.rrset else None


async def _has_addresses_of(resolver: dns.asyncresolver.Resolver, host: str, target: str) -> LookedUp:
    """An apex has no CNAME: whatever its owner's DNS makes of an alias, it has some of the target's addresses."""
    has, wanted = await asyncio.gather(_addresses(resolver, host), _addresses(resolver, target))
    found = tuple(sorted(has)[:_MOST_FOUND])
    if not has:
        return LookedUp(host, Finding.MISSING)
    return LookedUp(host, Finding.FLATTENED if has & wanted else Finding.OTHER_ADDRESSES, found)


async def _addresses(resolver: dns.asyncresolver.Resolver, name: str) -> set[str]:
    answers = await asyncio.gather(
        *(resolver.resolve(_absolute(name), kind, raise_on_no_answer=False, search=False) for kind in ("A", "AAAA")),
        return_exceptions=True,
    )
    found: set[str] = set()
    for answer in answers:
        if isinstance(answer, dns.resolver.NXDOMAIN):
            continue
        if isinstance(answer, BaseException):
            raise answer
        found |= {each.to_text() for each in answer}
    return found


async def _says(resolver: dns.asyncresolver.Resolver, name: str, proof: str) -> LookedUp:
    """Among several records one is enough; one record may come in several strings, which belong together."""
    answer = await resolver.resolve(_absolute(name), "TXT", search=False)
    texts = [b"".join(each.strings).decode(errors="replace") for each in answer]
    finding = Finding.MATCHES if proof in (text.strip() for text in texts) else Finding.DIFFERENT
    return LookedUp(name, finding, tuple(sorted(text[:_LONGEST_FOUND] for text in texts)[:_MOST_FOUND]))


def _absolute(name: str) -> dns.name.Name:
    return dns.name.from_text(name + ".")


def _text(name: dns.name.Name) -> str:
    return name.to_text(omit_final_dot=True).lower()
