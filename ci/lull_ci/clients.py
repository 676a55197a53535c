"""The HTTP client, and the variables that it goes by: proxies, and whose certificates are believed."""

from __future__ import annotations

import os
import ssl
from functools import cache

import httpx

from lull_ci.errors import Misused
from lull_ci.texts import has_host

_PROXIES = ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY")


def client() -> httpx.Client:
    """Raises Misused, naming the variable, for what of the environment cannot be meant."""
    authorities = _authorities()
    try:
        # A redirect would take the token elsewhere.
        return httpx.Client(follow_redirects=False, verify=authorities)
    except (ImportError, ValueError, httpx.InvalidURL) as error:
        raise Misused(_wrong_proxy() or "no_proxy is not a list of hosts such as localhost,.example") from error


def wrong_address(variable: str) -> str:
    """Why an address cannot be asked at all: that of a proxy is wrong, or else the one that `variable` says."""
    return _wrong_proxy() or f"{variable} is not a URL: there can be no such host"


def _wrong_proxy() -> str | None:
    """Which variable is wrong and why, but not what it says: that may hold a password."""
    for name in (spelled for each in _PROXIES for spelled in (each.lower(), each)):
        value = os.environ.get(name)
        if not value:
            continue
        url = value if "://" in value else f"http://{value}"
        try:
            httpx.Client(proxy=url, trust_env=False, verify=_authorities()).close()
            wrong = not has_host(url) or not httpx.URL(url).host
        except ImportError:
            return f"{name} names a SOCKS proxy, which takes more than lull has: name one of HTTP, or install socksio"
        except (ValueError, httpx.InvalidURL):
            wrong = True
        if wrong:
            return f"{name} is not the URL of a proxy such as http://proxy.example:3128"
    return None


@cache
def _authorities() -> ssl.SSLContext:
    """To read them takes longer than a request."""
    try:
        return httpx.create_ssl_context()
    except OSError as error:
        told = [name for name in ("SSL_CERT_FILE", "SSL_CERT_DIR", "SSLKEYLOGFILE") if os.environ.get(name)]
        if not told:
            raise
        why = "there are no certificates in it" if isinstance(error, ssl.SSLError) else error.strerror
        raise Misused(f"{' or '.join(told)} is wrong: {why}") from error
