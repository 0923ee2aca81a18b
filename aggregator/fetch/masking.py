"""Addresses as they may be shown: without passwords, tokens and keys."""

from __future__ import annotations

import re
from urllib.parse import urlsplit, urlunsplit

__all__ = ["mask"]

HIDDEN = "***"

_SECRET_NAME = re.compile(
    r"(?i)(?:^|[_.-])(?:access|api|auth|authorization|bearer|code|credentials?|hash|hmac|jwt|key|k|login|nonce|pass|passwd|"
    r"password|private|pwd|secret|session|sessionid|sid|sig|sign|signature|ticket|token|tok|user|username|uuid)(?:$|[_.-]|key|token|id)"
    r"|(?:key|token|secret|password|auth|sig)$"
)
# Long values that mix letters and digits look like keys; names of things (an "id" of a channel, say) are left alone.
_KEY_SHAPE = re.compile(r"(?=[^/]*[0-9])(?=[^/]*[A-Za-z])[A-Za-z0-9_~+/=.-]{24,}")
_PLAIN_NAME = re.compile(r"(?i)(?:id|url|list|feed|q|query)$")
_SECRET_FOLDER = re.compile(r"(?i)(/(?:private|secret|token|key|auth)/)[^/?#]{8,}")


def _mask_pair(pair: str) -> str:
    name, equals, value = pair.partition("=")
    if not equals:
        return HIDDEN if _KEY_SHAPE.fullmatch(name) else pair
    secret = _SECRET_NAME.search(name) or (_KEY_SHAPE.fullmatch(value) and not _PLAIN_NAME.search(name))
    return f"{name}={HIDDEN}" if secret and value else pair


def mask(url: str) -> str:
    """`url` with userinfo, secret-looking query values and private path parts replaced by `***`.

    For every log line and every message; text that is no URL comes back with `user:password@` hidden.
    """
    try:
        parts = urlsplit(url)
    except ValueError:
        return re.sub(r"//[^/@]*@", f"//{HIDDEN}@", url)
    netloc = f"{HIDDEN}@{parts.netloc.rpartition('@')[2]}" if "@" in parts.netloc else parts.netloc
    path = _SECRET_FOLDER.sub(rf"\1{HIDDEN}", parts.path)
    query = "&".join(_mask_pair(pair) for pair in parts.query.split("&")) if parts.query else ""
    return urlunsplit((parts.scheme, netloc, path, query, ""))
