"""A URL made ready to be asked: http or https, one reading only, secrets taken out of it."""

from __future__ import annotations

import re
from contextlib import suppress
from dataclasses import dataclass
from functools import lru_cache
from urllib.parse import quote, unquote, urljoin, urlsplit

from urllib3.exceptions import LocationParseError
from urllib3.util import parse_url

from aggregator.errors import FetchError, Refused
from aggregator.fetch.masking import mask

__all__ = ["Target", "read_location", "read_target"]

MAX_URL = 8192
_PORTS = {"http": 80, "https": 443}
# Already as we would write it: nothing to encode, nothing that two parsers could read in two ways.
_PLAIN = re.compile(r"(https?)://([a-z0-9.-]+)(?::([0-9]{1,5}))?(/[A-Za-z0-9._~!$&'()*+,;=:@/%?-]*)?")
_FORBIDDEN = re.compile(r"[\x00-\x1f\x7f\\]")


@dataclass(frozen=True, slots=True)
class Target:
    """Where one request goes. `url` has neither userinfo nor fragment; `host` is lower case, IDNA, IPv6 without brackets."""

    url: str
    scheme: str
    host: str
    port: int
    userinfo: tuple[str, str] | None = None

    @property
    def authority(self) -> str:
        """`host:port`: what politeness counts by."""
        return f"{self.host}:{self.port}"

    @property
    def root(self) -> str:
        """The origin as a URL, without a slash at the end."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{self.scheme}://{host}" if self.port == _PORTS[self.scheme] else f"{self.scheme}://{host}:{self.port}"

    @property
    def origin(self) -> tuple[str, str, int]:
        """What credentials belong to (RFC 6454)."""
        return self.scheme, self.host, self.port

    def with_login(self, userinfo: tuple[str, str]) -> str:
        """The URL with user and password in it."""
        login = ":".join(quote(part, safe="") for part in userinfo)
        return self.url.replace("://", f"://{login}@", 1)

    def keeps_credentials_of(self, other: Target) -> bool:
        """Whether credentials given for `other` may be sent here: the same origin, or its upgrade to https."""
        upgrade = (other.scheme, other.port, self.scheme, self.port) == ("http", 80, "https", 443)
        return self.origin == other.origin or (upgrade and self.host == other.host)


@lru_cache(maxsize=4096)
def read_target(url: str) -> Target:
    """Read an address.

    Raises `Refused` if it is not http(s), is not a URL at all, or could be read in more than one way.
    """
    text = url.strip()
    plain = _PLAIN.fullmatch(text) if len(text) <= MAX_URL else None
    if plain and _is_name(plain[2]):
        port = int(plain[3]) if plain[3] else _PORTS[plain[1]]
        if 0 < port < 65536:  # noqa: PLR2004 - the range of TCP ports
            return Target(text if plain[4] else text + "/", plain[1], plain[2], port)
    return _read_odd_target(text)


def _is_name(host: str) -> bool:
    """Whether `host` can be a host name: labels of 1 to 63 characters, 253 in all (RFC 1035), perhaps a dot at the end."""
    labels = host.removesuffix(".").split(".")
    return len(host) <= 254 and all(0 < len(label) <= 63 for label in labels)  # noqa: PLR2004 - as said


def _read_odd_target(text: str) -> Target:
    if len(text) > MAX_URL:
        raise Refused(f"The address is longer than {MAX_URL} characters.", url=mask(text[:200]), transient=False)
    if _FORBIDDEN.search(text):
        raise Refused("The address holds a backslash or a control character.", url=mask(text), transient=False)
    scheme = text.partition(":")[0].lower()
    if scheme not in _PORTS:
        raise Refused("Only http:// and https:// addresses can be fetched.", url=mask(text), transient=False)
    try:
        parsed = parse_url(text)
        again = urlsplit(parsed.url)
        host, port = (parsed.host or "").strip("[]").lower(), parsed.port or _PORTS[scheme]
        agree = (again.hostname or "") == host and (again.port or _PORTS[scheme]) == port
    except (LocationParseError, ValueError) as exc:
        raise Refused("This is not a valid address.", url=mask(text), transient=False) from exc
    if not (":" in host or _is_name(host)) or not agree or parsed.port == 0:
        raise Refused(
            "This is not a valid address: its host cannot be told for certain.", url=mask(text), transient=False
        )
    name, _, password = (parsed.auth or "").partition(":")
    bare = parsed._replace(scheme=scheme, auth=None, fragment=None, path=parsed.path or "/")
    return Target(bare.url, scheme, host, port, (unquote(name), unquote(password)) if parsed.auth else None)


def read_location(base: Target, location: str) -> Target:
    """The address that a redirect from `base` names. Userinfo in it is dropped: a server does not log us in elsewhere.

    Raises `Refused` as `read_target`, `FetchError` if there is no address.
    """
    # Header bytes come decoded as Latin-1; servers write UTF-8 there.
    with suppress(UnicodeError):
        location = location.encode("latin-1").decode("utf-8")
    location = location.strip()
    if not location:
        raise FetchError("The server redirects, but names no address.", transient=False)
    try:
        joined = urljoin(base.url, location)
    except ValueError as exc:
        raise Refused("The server redirects to something that is not an address.", transient=False) from exc
    target = read_target(joined)
    return Target(target.url, target.scheme, target.host, target.port)
