"""Addresses of stories: the key that tells two apart, and the address a reader opens.

Both forms cut what publishers add to measure where a reader came from. The cut is conservative: an unknown parameter
stays, for two stories under one key lose one of them, while one story under two keys is still found to be a copy.
"""

from __future__ import annotations

import re
from functools import lru_cache
from urllib.parse import urljoin, urlsplit

from aggregator.text.html import clean_text

__all__ = ["canonical_url", "host_of", "open_url", "resolve_url", "site_of", "web_url", "without_feed_scheme"]

# Parameters that measure a campaign and never choose a page, by the names their makers document: Google (utm_*), Matomo
# (mtm_*, pk_*), AT Internet (at_*, xtor), Adobe (s_cid, cmp, icid), Mailchimp (mc_*), HubSpot (_hs*), Webtrends (wt.*),
# Comscore (ns_*), the click ids of the advertising networks, and what single large outlets put into their own feeds.
_TRACKING_PREFIXES = (
    "utm_", "at_", "mtm_", "pk_", "piwik_", "hsa_", "_hs", "__hs", "ns_", "wt.", "wt_", "fb_", "vero_", "oly_",
)  # fmt: skip
_TRACKING_NAMES = frozenset({
    "__source", "__twitter_impression", "_ga", "_gl", "bxid", "campaign_id", "cmp", "cmpid", "cndid", "dclid",
    "dicbo", "echobox", "emc", "epik", "esrc", "fbclid", "feedname", "feedtype", "ftag", "gbraid", "gclid", "gclsrc",
    "guccounter", "guce_referrer", "guce_referrer_sig", "hsctatracking", "icid", "icmp", "igsh", "igshid", "int_cid",
    "intcmp", "ito", "li_fat_id", "maca", "mbid", "mc_cid", "mc_eid", "mkt_tok", "ml_subscriber",
    "ml_subscriber_hash", "msclkid", "ncid", "ocid", "rdt_cid", "ref_src", "ref_url", "s_cid", "s_kwcid",
    "sc_campaign", "sc_channel", "sc_cid", "scclid", "smid", "smtyp", "sr_share", "sref", "srnd", "srsltid", "taid",
    "tpcc", "traffic_source", "trk", "trkcampaign", "ttclid", "twclid", "wbraid", "wickedid", "wprss", "xtor",
    "yclid", "ysclid",
})  # fmt: skip
# These choose a page on some sites; cut only where the value says that it is an origin.
_ORIGIN_NAMES = frozenset({"ref", "source", "src", "partner", "from", "via", "referrer"})
_ORIGIN_VALUES = frozenset({
    "atom", "email", "facebook", "feed", "feeds", "mail", "newsletter", "rss", "rss-feed", "rss2", "rss_feed",
    "rssfeed", "share", "social", "twitter", "xml",
})  # fmt: skip
_TRACKING_FRAGMENT = re.compile(r"(?:xtor|utm_[a-z]+|at_[a-z]+|ref|rss|intcid|echobox|:~:text)(?:=|-|$)", re.IGNORECASE)

_MAX_HOST = 253
_MAX_PORT = 65535
_DEFAULT_PORTS = {"http": "80", "https": "443"}
_PORT = re.compile(r"[0-9]{0,9}")
_BLANK = re.compile(r"[\t\r\n]")
_STRAY_PERCENT = re.compile(r"%(?![0-9A-Fa-f]{2})")
_PERCENT = re.compile(r"%([0-9A-Fa-f]{2})")
_UNRESERVED = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~")
_TO_ENCODE = re.compile(r"[^A-Za-z0-9\-._~:/?#\[\]@!$&'()*+,;=%]+")
# An address with nothing to tidy, as most are: told by one look.
_PLAIN = re.compile(
    r"https?://[a-z0-9\-]+(?:\.[a-z0-9\-]++)+(?::(?:[1-9][0-9]{0,3}|[1-5][0-9]{4}))?/(?:[A-Za-z0-9\-._~/?#!$&'()*+,;=:@]++|%[0-9A-Fa-f]{2})*"
)
_NEEDED = "%(?:[0189A-F][0-9A-F]|2[0-9A-CF]|3[A-F]|40|5[B-E]|60|7[B-DF])"  # escapes of what is not unreserved
# As `_PLAIN`, without what its key writes in another way: default port, query, fragment, dot segment, other escape.
_KEYED = re.compile(
    r"https?://([a-z0-9\-]+(?:\.[a-z0-9\-]++)+(?::(?!(?:80|443)/)(?:[1-9][0-9]{0,3}|[1-5][0-9]{4}))?"
    rf"(?:/(?:[A-Za-z0-9\-_~!$&'()*+,;=:@]|{_NEEDED})(?:[A-Za-z0-9\-._~!$&'()*+,;=:@]++|{_NEEDED})*)+/?)"
)
_ORIGIN = re.compile(r"https?://[A-Za-z0-9.:\-]++(?=[/?#]|\Z)")
_ROOTED = re.compile(r"(?:/[A-Za-z0-9_\-~%!$&'()*+,=:@][A-Za-z0-9._\-~%!$&'()*+,=:@]*+)+/?(?:\?[^\s#]++)?")
_HOST = re.compile(r"[a-z0-9_\-]+(?:\.[a-z0-9_\-]+)*|\[[0-9a-f:.]+\]")


def canonical_url(url: str) -> str:
    """Return the key under which a story's address is known: equal keys mean one story.

    Scheme and host in lower case (IDNA), http written as https; default ports, credentials, fragment, tracking
    parameters, dots in the path and a final dot of the host cut; parameters in the order of their names;
    percent-encoding as RFC 3986 section 6.2.2 has it. A fragment that is a route (`#!…`, `#/…`) stays. `www.` stays
    too: it is another host, and where an outlet sends readers from one to the other, the redirect tells.

    What is no http address comes back cleaned of blanks and control characters. Never raises; idempotent. The result is
    a key, not an address to open.
    """
    if (plain := _KEYED.fullmatch(url)) and plain[1].find("/") <= _MAX_HOST:
        return "https://" + plain[1]
    tidy = _tidy(url)
    parts = _split(tidy)
    if parts is None:
        return tidy
    _, host, port, path, query, fragment = parts
    port = "" if port in _DEFAULT_PORTS.values() else port
    path = _normal_percent(_without_dots(path)) or "/"
    key = f"https://{host}{':' + port if port else ''}{path}"
    kept = sorted((p for p in _kept_parameters(_normal_percent(query))), key=lambda p: p.partition("=")[0])
    if kept:
        key += "?" + "&".join(kept)
    if fragment[:1] in {"!", "/"} and len(fragment) > 1:
        key += "#" + _normal_percent(fragment)
    return key


def without_feed_scheme(url: str) -> str:
    """Return what `feed://host/path` or `feed:https://host/path` stands for, as browsers once wrote; others as they are."""
    scheme, colon, rest = url.partition(":")
    if not colon or scheme.lower() != "feed":
        return url
    inner = rest.removeprefix("//")
    return inner if inner.lower().startswith(("http:", "https:")) else f"http:{rest}"


def web_url(url: str) -> str | None:
    """Return an http or https address fit to be asked for: scheme, host and port as given, credentials cut, else None.

    Blanks and characters outside ASCII come out percent-encoded; everything else stays as it is.
    """
    if _PLAIN.fullmatch(url):
        return url
    parts = _split(_tidy(url))
    if parts is None:
        return None
    scheme, host, port, path, query, fragment = parts
    result = f"{scheme}://{host}{':' + port if port else ''}{_encoded(path) or '/'}"
    return result + ("?" + _encoded(query) if query else "") + ("#" + _encoded(fragment) if fragment else "")


def open_url(url: str) -> str | None:
    """Return the address a reader opens: as `web_url`, tracking parameters cut; None if it is not http or https."""
    address = web_url(url)
    if address is None or ("?" not in address and "#" not in address):
        return address
    rest, _, fragment = address.partition("#")
    path, _, query = rest.partition("?")
    kept = "&".join(_kept_parameters(query))
    result = path + ("?" + kept if kept else "")
    return result + ("#" + fragment if fragment and not _TRACKING_FRAGMENT.match(fragment) else "")


def host_of(url: str) -> str | None:
    """Return the host of an http address, in lower case and ASCII, without its port; None if there is none."""
    parts = _split(_tidy(url))
    return parts[1] if parts else None


def site_of(url: str) -> str | None:
    """Return the host of an http address without `www.`, with its port if that is not the default; else None."""
    origin = _ORIGIN.match(url)
    return _site_of(origin[0] if origin else url)


@lru_cache(maxsize=4096)
def _site_of(url: str) -> str | None:
    parts = _split(_tidy(url))
    if parts is None:
        return None
    scheme, host, port, *_ = parts
    host = host[4:] if host.startswith("www.") and "." in host[4:] else host
    return host if not port or port == _DEFAULT_PORTS[scheme] else f"{host}:{port}"


def resolve_url(base: str | None, url: str) -> str:
    """Return `url` as seen from `base` (RFC 3986 section 5); unchanged where that cannot be done."""
    if not base or url.startswith(("https://", "http://")):
        return url
    if _ROOTED.fullmatch(url) and (origin := _ORIGIN.match(base)):
        return origin[0] + url
    try:
        return urljoin(base, url)
    except ValueError:
        return url


def _tidy(url: str) -> str:
    """Cut blanks around, line ends and tabs anywhere (WHATWG URL, section 4.4), control characters, lone surrogates."""
    if url.isascii() and url.isprintable() and " " not in url:
        return url
    return clean_text(_BLANK.sub("", url)).strip()


def _split(url: str) -> tuple[str, str, str, str, str, str] | None:
    """Split a tidy address into scheme, host, port, path, query, fragment; None unless http(s) with a fit host."""
    if url.startswith("//"):
        url = "https:" + url
    if url[:7].lower() != "http://" and url[:8].lower() != "https://":
        return None
    if "\\" in url:
        cut = min((i for i in (url.find("?"), url.find("#")) if i >= 0), default=len(url))
        url = url[:cut].replace("\\", "/") + url[cut:]
    try:
        scheme, netloc, path, query, fragment = urlsplit(url)
    except ValueError:
        return None
    name, _, port = netloc.rpartition("@")[2].partition(":") if "]" not in netloc else _split_literal(netloc)
    host = _normal_host(name)
    if host is None or not _PORT.fullmatch(port) or int(port or 0) > _MAX_PORT:
        return None
    return scheme, host, str(int(port)) if port else "", path, query, fragment


def _split_literal(netloc: str) -> tuple[str, str, str]:
    literal, _, rest = netloc.rpartition("@")[2].partition("]")
    return literal + "]", ":", rest.removeprefix(":")


def _normal_host(name: str) -> str | None:
    name = name.lower()
    if not name.isascii():
        import idna  # noqa: PLC0415 - large tables, rarely needed

        try:
            name = idna.encode(name, uts46=True).decode("ascii")
        except (idna.IDNAError, UnicodeError, IndexError):
            return None
    name = name.rstrip(".")
    return name if len(name) <= _MAX_HOST and _HOST.fullmatch(name) else None


def _without_dots(path: str) -> str:
    """Remove `.` and `..` segments (RFC 3986, section 5.2.4), also when written `%2e`."""
    if "." not in path and "%2" not in path:
        return path
    kept: list[str] = []
    segments = path.split("/")
    for i, segment in enumerate(segments):
        plain = segment.replace("%2e", ".").replace("%2E", ".")
        if plain == "..":
            if len(kept) > 1:
                kept.pop()
        elif plain != ".":
            kept.append(segment)
            continue
        if i == len(segments) - 1:
            kept.append("")
    return "/".join(kept)


def _kept_parameters(query: str) -> list[str]:
    return [p for p in query.split("&") if p and not _is_tracking(p)]


def _is_tracking(parameter: str) -> bool:
    name, _, value = parameter.partition("=")
    name = name.lower().removeprefix("amp;")
    if name in _TRACKING_NAMES or name.startswith(_TRACKING_PREFIXES):
        return True
    return name in _ORIGIN_NAMES and value.lower() in _ORIGIN_VALUES


def _encoded(part: str) -> str:
    """Percent-encode what may not stand in an address, and a percent sign that begins no escape."""
    if "%" in part:
        part = _STRAY_PERCENT.sub("%25", part)
    return _TO_ENCODE.sub(lambda m: "".join(f"%{b:02X}" for b in m[0].encode("utf-8", "replace")), part)


def _normal_percent(part: str) -> str:
    """Encode as `_encoded`, then decode escapes of unreserved characters and write the others in capitals."""
    part = _encoded(part)
    return _PERCENT.sub(_normal_escape, part) if "%" in part else part


def _normal_escape(match: re.Match[str]) -> str:
    char = chr(int(match[1], 16))
    return char if char in _UNRESERVED else match[0].upper()
