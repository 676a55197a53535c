"""Which addresses the system may connect to: the public internet, and what an installation allows besides.

Python's `is_global` is not this rule: it holds for NAT64, 6to4 and multicast, and follows the interpreter's version.
The tables are IANA's special-purpose registries (RFC 6890) and the metadata addresses of cloud providers.
"""

import re
from dataclasses import dataclass
from enum import StrEnum
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network


class Kind(StrEnum):
    """What an address is that nobody may connect to unasked; completes "the target is …"."""

    LOOPBACK = "a loopback address"
    PRIVATE = "a private address"
    SHARED = "a shared address of a carrier"
    LINK_LOCAL = "a link-local address"
    METADATA = "a metadata address of a cloud provider"
    MULTICAST = "a multicast address"
    RESERVED = "a reserved address"
    EMBEDDED = "an IPv6 address with an IPv4 address in it"
    SCOPED = "an address with a zone"
    NO_ADDRESS = "no IP address"


# A name in the allow-list says who is meant, not where it may lead: never to metadata, nor to nonsense.
_WITHIN_REACH_OF_A_NAME = {Kind.LOOPBACK, Kind.PRIVATE, Kind.SHARED}

_REFUSED_4 = [
    (IPv4Network("0.0.0.0/8"), Kind.RESERVED),
    (IPv4Network("10.0.0.0/8"), Kind.PRIVATE),
    (IPv4Network("100.100.100.200/32"), Kind.METADATA),
    (IPv4Network("100.64.0.0/10"), Kind.SHARED),
    (IPv4Network("127.0.0.0/8"), Kind.LOOPBACK),
    (IPv4Network("168.63.129.16/32"), Kind.METADATA),
    (IPv4Network("169.254.0.0/16"), Kind.LINK_LOCAL),
    (IPv4Network("172.16.0.0/12"), Kind.PRIVATE),
    (IPv4Network("192.0.0.0/24"), Kind.RESERVED),
    (IPv4Network("192.0.2.0/24"), Kind.RESERVED),
    (IPv4Network("192.31.196.0/24"), Kind.RESERVED),
    (IPv4Network("192.52.193.0/24"), Kind.RESERVED),
    (IPv4Network("192.88.99.0/24"), Kind.RESERVED),
    (IPv4Network("192.168.0.0/16"), Kind.PRIVATE),
    (IPv4Network("192.175.48.0/24"), Kind.RESERVED),
    (IPv4Network("198.18.0.0/15"), Kind.RESERVED),
    (IPv4Network("198.51.100.0/24"), Kind.RESERVED),
    (IPv4Network("203.0.113.0/24"), Kind.RESERVED),
    (IPv4Network("224.0.0.0/4"), Kind.MULTICAST),
    (IPv4Network("240.0.0.0/4"), Kind.RESERVED),
]

_REFUSED_6 = [
    (IPv6Network("::1/128"), Kind.LOOPBACK),
    (IPv6Network("::/128"), Kind.RESERVED),
    (IPv6Network("::/96"), Kind.EMBEDDED),
    (IPv6Network("::ffff:0:0:0/96"), Kind.EMBEDDED),
    (IPv6Network("64:ff9b:1::/48"), Kind.EMBEDDED),
    (IPv6Network("2001::/32"), Kind.EMBEDDED),
    (IPv6Network("2001::/23"), Kind.RESERVED),
    (IPv6Network("2001:db8::/32"), Kind.RESERVED),
    (IPv6Network("2002::/16"), Kind.EMBEDDED),
    (IPv6Network("2620:4f:8000::/48"), Kind.RESERVED),
    (IPv6Network("3ffe::/16"), Kind.RESERVED),
    (IPv6Network("3fff::/20"), Kind.RESERVED),
    (IPv6Network("fd00:ec2::/32"), Kind.METADATA),
    (IPv6Network("fd20:ce::/32"), Kind.METADATA),
    (IPv6Network("fc00::/7"), Kind.PRIVATE),
    (IPv6Network("fe80::/10"), Kind.LINK_LOCAL),
    (IPv6Network("fec0::/10"), Kind.PRIVATE),
    (IPv6Network("ff00::/8"), Kind.MULTICAST),
]
_UNICAST_6 = IPv6Network("2000::/3")
# What resolvers of networks without IPv4 make of every IPv4 host (RFC 6052), and IPv4 as an IPv6 socket shows it.
_TRANSLATED = (IPv6Network("64:ff9b::/96"), IPv6Network("::ffff:0:0/96"))

_LABEL = r"(?!-)[a-z0-9_-]{1,63}(?<!-)"
_HOST_NAME = re.compile(rf"{_LABEL}(?:\.{_LABEL})*")
_NUMBER = re.compile(r"[0-9]+|0x[0-9a-f]*")
_ENTRY = re.compile(r"(?:\[(?P<bracketed>[^]]+)\]|(?P<plain>[^:]+))(?::(?P<port>[0-9]{1,5}))?")


@dataclass(frozen=True, slots=True, kw_only=True)
class Allowed:
    """A network or a host name, at one port or (None) at all of them."""

    network: IPv4Network | IPv6Network | None = None
    host: str | None = None
    port: int | None = None


@dataclass(frozen=True, slots=True)
class AllowList:
    entries: tuple[Allowed, ...] = ()

    def permits(self, address: IPv4Address | IPv6Address, kind: Kind, host: str, port: int) -> bool:
        return any(
            entry.port in (None, port)
            and (address in entry.network if entry.network else entry.host == host and kind in _WITHIN_REACH_OF_A_NAME)
            for entry in self.entries
        )


NOTHING = AllowList()


def refusal(address: str, *, host: str = "", port: int = 0, allowed: AllowList = NOTHING) -> Kind | None:
    """Why nobody may connect to this address, to which `host` (lower case) was resolved; None if they may."""
    try:
        parsed = ip_address(address)
    except ValueError:
        return Kind.NO_ADDRESS
    if isinstance(parsed, IPv6Address) and parsed.scope_id is not None:
        return Kind.SCOPED
    meant = _meant(parsed)
    kind = _kind(meant)
    return None if kind is None or allowed.permits(meant, kind, host, port) else kind


def parse_allow_list(text: str) -> AllowList:
    """From `10.0.0.0/8,::1/128,localhost,[fd12::/16]:8080,127.0.0.1:9000`. Raises ValueError naming a bad entry.

    A network allows what is in it, whatever it is. A name allows loopback, private and shared addresses it leads to.
    """
    return AllowList(tuple(_entry(entry.strip()) for entry in text.split(",") if entry.strip()))


def is_host_name(text: str) -> bool:
    """Whether this is a name in the form of the DNS, lower case; nothing that a resolver might take for an address.

    >>> [is_host_name(name) for name in ("example.com", "my_service", "2130706433", "127.1", "0x7f.1", "a..b", "-a")]
    [True, True, False, False, False, False, False]
    """
    last = text.rpartition(".")[2]
    return len(text) <= 253 and bool(_HOST_NAME.fullmatch(text)) and not _NUMBER.fullmatch(last)


def _meant(address: IPv4Address | IPv6Address) -> IPv4Address | IPv6Address:
    if any(address in network for network in _TRANSLATED):
        return IPv4Address(int(address) & 0xFFFFFFFF)
    return address


def _kind(address: IPv4Address | IPv6Address) -> Kind | None:
    for network, kind in _REFUSED_4 if isinstance(address, IPv4Address) else _REFUSED_6:
        if address in network:
            return kind
    return None if isinstance(address, IPv4Address) or address in _UNICAST_6 else Kind.RESERVED


def _entry(text: str) -> Allowed:
    match = _ENTRY.fullmatch(text)
    where = (match["bracketed"] or match["plain"]) if match else text
    port = int(match["port"]) if match and match["port"] else None
    if port is None or 1 <= port <= 65_535:
        try:
            return Allowed(network=ip_network(where), port=port)
        except ValueError:
            if is_host_name(where.lower()):
                return Allowed(host=where.lower(), port=port)
    raise ValueError(f"{text!r} is neither a network nor a host name, with or without a port")
