"""Which wall stands between us and a page, as far as response headers tell. We name it; we never try to pass it."""

from __future__ import annotations

from collections.abc import Mapping
from http import HTTPStatus

__all__ = ["wall"]

LOGIN = "login"

# (name of the product, header, text in its value). These headers are sent by the block itself.
_BLOCKS = (
    ("Cloudflare", "cf-mitigated", ""),
    ("Vercel", "x-vercel-mitigated", ""),
    ("DataDome", "x-datadome", "protected"),
    ("DataDome", "x-dd-b", ""),
    ("AWS WAF", "x-amzn-waf-action", ""),
    ("Sucuri", "x-sucuri-block", ""),
    ("Kasada", "x-kpsdk-ct", ""),
    ("PerimeterX", "x-px-block", ""),
)
# These tell who stands in front; together with a refusing status that is who refuses.
_FRONTS = (
    ("DataDome", "server", "datadome"),
    ("DataDome", "x-datadome", ""),
    ("DataDome", "set-cookie", "datadome="),
    ("PerimeterX", "set-cookie", "_px"),
    ("PerimeterX", "x-px-vid", ""),
    ("Imperva", "x-iinfo", ""),
    ("Imperva", "x-cdn", "imperva"),
    ("Imperva", "x-cdn", "incapsula"),
    ("Imperva", "set-cookie", "incap_ses"),
    ("Anubis", "set-cookie", "anubis"),
    ("Kasada", "set-cookie", "kp_uid"),
    ("Sucuri", "server", "sucuri"),
    ("Akamai", "server", "akamaighost"),
    ("Akamai", "set-cookie", "ak_bmsc"),
    ("Akamai", "akamai-grn", ""),
    ("Qrator", "server", "qrator"),
    ("DDoS-Guard", "server", "ddos-guard"),
    ("Cloudflare", "server", "cloudflare"),
    ("CloudFront", "x-cache", "error from cloudfront"),
    ("Fastly", "server", "fastly"),
)
_REFUSING = frozenset({401, 402, 403, 405, 406, 418, 429, 451, 503, 999})


def _match(table: tuple[tuple[str, str, str], ...], headers: Mapping[str, str]) -> str | None:
    return next((name for name, header, text in table if header in headers and text in headers[header].lower()), None)


def wall(status: int, headers: Mapping[str, str]) -> str | None:
    """Name of the anti-bot product that refused us, "login" for a request to log in, or None.

    `headers` have lower-case names. An outright server error or a page that is not there is nobody's wall.
    """
    if named := _match(_BLOCKS, headers):
        return named
    if status == HTTPStatus.UNAUTHORIZED:
        return LOGIN
    return _match(_FRONTS, headers) if status in _REFUSING else None
