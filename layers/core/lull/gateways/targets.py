"""Where a request goes: a URL parsed once, its name resolved once, every address of it judged."""

import asyncio
import socket
import ssl
from collections.abc import Awaitable, Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cache
from ipaddress import ip_address

import httpx

from lull import settings
from lull.domain import addresses
from lull.domain.addresses import AllowList
from lull.domain.answers import Failure

Resolver = Callable[[str, int], Awaitable[Sequence[str]]]

_DEFAULT_PORTS = {"http": 80, "https": 443}
_LONGEST_URL = 2048
_TRIED_OF_A_FAMILY = 2


class Failed(Exception):
    """There will be no answer, and the sentence says why."""

    def __init__(self, failure: Failure, reason: str) -> None:
        super().__init__(reason)
        self.failure, self.reason = failure, reason


@dataclass(frozen=True, slots=True, kw_only=True)
class Network:
    """The way out: who is believed and who may be reached."""

    allowed: AllowList
    trust: ssl.SSLContext
    resolve: Resolver


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    url: httpx.URL
    port: int
    addresses: tuple[str, ...]
    """To try in this order; each of them was judged."""


def default_network() -> Network:
    """What the settings allow, the public certificate authorities, the system's resolver."""
    return Network(allowed=_allow_list(settings.private_targets()), trust=_public_trust(), resolve=_addresses_of)


def parsed(text: str) -> httpx.URL:
    """An absolute http or https URL of a name or an address. Raises Failed."""
    if len(text) > _LONGEST_URL:
        raise _invalid(f"the URL is longer than {_LONGEST_URL} characters")
    try:
        url = httpx.URL(text)
        # As the parser reads it: what is judged is what is resolved, sent as Host and checked in the certificate.
        name = url.raw_host.decode().removesuffix(".")
    except (httpx.InvalidURL, ValueError):
        raise _invalid("the URL is not valid") from None
    if url.scheme not in _DEFAULT_PORTS:
        raise _invalid("the URL must begin with http:// or https://")
    if url.userinfo:
        raise _invalid("the URL must not contain a user name or a password")
    if url.port is not None and not 1 <= url.port <= 65_535:
        raise _invalid("the port must be 1 to 65535")
    if not addresses.is_host_name(name) and not _is_literal(name):
        raise _invalid("the URL must name a host, or an IPv4 address as four decimal numbers, or an IPv6 address in []")
    return url.copy_with(host=name)


async def judged(url: httpx.URL, network: Network) -> Target:
    """Where this parsed URL leads. Raises Failed unless all its addresses are allowed."""
    host = url.raw_host.decode()
    port = url.port or _DEFAULT_PORTS[url.scheme]
    try:
        found = tuple(dict.fromkeys(await network.resolve(host, port)))
    except (OSError, UnicodeError):
        found = ()
    if not found:
        raise Failed(Failure.DNS, "the name could not be resolved")
    for address in found:
        if kind := addresses.refusal(address, host=host, port=port, allowed=network.allowed):
            raise Failed(Failure.REFUSED_ADDRESS, f"the target is {kind}")
    return Target(url=url, port=port, addresses=_worth_trying(found))


def _worth_trying(found: tuple[str, ...]) -> tuple[str, ...]:
    """In the resolver's order, a few of each family: neither many dead ones nor a dead family hide the rest."""
    families: dict[bool, list[str]] = {True: [], False: []}
    for address in found:
        families[":" in address].append(address)
    few = {address for family in families.values() for address in family[:_TRIED_OF_A_FAMILY]}
    return tuple(address for address in found if address in few)


def _invalid(reason: str) -> Failed:
    return Failed(Failure.INVALID_REQUEST, reason)


def _is_literal(host: str) -> bool:
    try:
        ip_address(host)
    except ValueError:
        return False
    return "%" not in host


async def _addresses_of(host: str, port: int) -> Sequence[str]:
    loop = asyncio.get_running_loop()
    found = await loop.run_in_executor(
        _lookups(), socket.getaddrinfo, host, port, socket.AF_UNSPEC, socket.SOCK_STREAM, socket.IPPROTO_TCP
    )
    return [str(address[0]) for *_, address in found]


@cache
def _lookups() -> ThreadPoolExecutor:
    # The loop's own pool has few threads, and waits for all of them at its end: a handful of dead names would make
    # everybody's requests time out, and the deadline would not hold.
    return ThreadPoolExecutor(max_workers=256, thread_name_prefix="lookup")


_allow_list = cache(addresses.parse_allow_list)


@cache
def _public_trust() -> ssl.SSLContext:
    trust = httpx.create_ssl_context(trust_env=False)
    # Python 3.13 is stricter than browsers and curl: what is well by them is not down by us.
    trust.verify_flags &= ~ssl.VERIFY_X509_STRICT
    return trust
