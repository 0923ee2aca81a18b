"""Who may ask, and what every answer says to the browser.

Host names are checked while nobody has a password (a stranger's page could otherwise reach us under a name of its own: DNS
rebinding). State changes by POST only, with a token that belongs to the visitor's cookie, and only from our own pages.
"""

from __future__ import annotations

import hashlib
import hmac
import ipaddress
import secrets
from dataclasses import dataclass
from http import HTTPStatus
from urllib.parse import quote, urlsplit

from flask import Flask, Response, abort, g, redirect, request

from aggregator.app.access import Reader
from aggregator.app.app import App
from aggregator.web.proxies import BELIEVED

__all__ = ["COOKIE", "Session", "install", "session", "token"]

COOKIE = "aggregator"
COOKIE_LASTS_S = 60 * 24 * 3600
# What anybody may ask for; the last two know whom they serve by an address that cannot be guessed.
FREE = frozenset({"account.login", "account.log_in", "static", "front.robots", "mail.ask", "mail.stop"})
WITHOUT_TOKEN = frozenset({"mail.stop"})  # sent by mail programs (RFC 8058), which have never seen a form of ours
UNCHECKED = frozenset({"static", "operations.healthz"})  # they tell nothing, so any name will do for them
WITH_FILES = frozenset({"feeds.import_opml"})
MOST_FORM_BYTES = 256 * 1024
HEADERS = {
    "Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; media-src 'self'; "
    "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "X-Robots-Tag": "noindex, nofollow, noarchive",
}


@dataclass(frozen=True, slots=True)
class Session:
    """Who is asking: the visitor's cookie, and the reader; reader 0 is nobody yet."""

    cookie: str
    reader_id: int
    name: str
    is_open: bool

    @property
    def is_known(self) -> bool:
        """Whether the visitor may see the pages."""
        return self.reader_id > 0


def session() -> Session:
    """Who is asking now."""
    found: Session = g.session
    return found


def install(flask: Flask, app: App, *, programs: frozenset[str] = frozenset()) -> None:
    """Have every request checked and every answer labelled; `programs` names the blueprints that see to their own logins."""
    secret = app.accounts.secret()

    @flask.before_request
    def _admit() -> Response | None:
        if request.endpoint in UNCHECKED:
            return None
        _check_host(app)
        if request.endpoint is None and request.path.startswith(("/api/", "/static/")):
            return None  # nothing is there, with a login or without
        if request.endpoint and request.endpoint.partition(".")[0] in programs:
            if request.method not in ("GET", "HEAD"):
                _check_origin(app, also_nowhere=False)
            return None  # other programs say who they are in their own ways, and never by a cookie
        g.session = _session(app)
        g.csrf = _token(secret, g.session.cookie)
        if request.method == "POST":
            _check_form(app)
        if not g.session.is_known and request.endpoint not in FREE:
            return _to_login()
        return None

    @flask.after_request
    def _label(response: Response) -> Response:
        for name, value in HEADERS.items():
            response.headers.setdefault(name, value)
        if request.endpoint == "static":
            _let_keep(response)
            return response
        response.headers.setdefault("Cache-Control", "private, no-cache")
        response.headers["Vary"] = "Accept, Accept-Language, Cookie"
        if hasattr(g, "session") and request.cookies.get(COOKIE) != g.session.cookie:
            _keep(response, app, g.session.cookie)
        return response


def _let_keep(response: Response) -> None:
    """A static file whose address names its content may be kept for ever."""
    if response.status_code == HTTPStatus.OK and "v" in request.args:
        response.headers["Cache-Control"] = "public, max-age=31536000, immutable"


def _check_form(app: App) -> None:
    """Refuse a form that is too large, comes from another site, or lacks this visitor's token."""
    if request.endpoint not in WITH_FILES:
        request.max_content_length = MOST_FORM_BYTES
    if request.endpoint in WITHOUT_TOKEN:
        return
    _check_origin(app)
    sent = request.headers.get("X-CSRF-Token") or request.form.get("csrf", "")
    if not hmac.compare_digest(sent.encode(), g.csrf.encode()):
        abort(403, "This form is out of date. Go back, load the page again, and repeat what you did.")


def _keep(response: Response, app: App, cookie: str) -> None:
    """Set the visitor's cookie; an empty one ends it."""
    if not cookie:
        response.delete_cookie(COOKIE)
        return
    public = app.config.web.public_url or ""
    response.set_cookie(
        COOKIE,
        cookie,
        max_age=COOKIE_LASTS_S,
        httponly=True,
        samesite="Lax",
        secure=request.is_secure or public.startswith("https:"),
    )


def token() -> str:
    """The visitor's token for forms."""
    return str(g.csrf)


def _token(secret: bytes, cookie: str) -> str:
    return hmac.new(secret, b"csrf " + cookie.encode(), hashlib.sha256).hexdigest()


def _session(app: App) -> Session:
    cookie = request.cookies.get(COOKIE, "")
    well_formed = len(cookie) == 43 and cookie.isascii() and cookie.replace("-", "").replace("_", "").isalnum()  # noqa: PLR2004 (32 bytes in base64)
    reader = _named_by_proxy(app) or app.accounts.reader_of(cookie if well_formed else None)
    is_open = app.accounts.is_open
    if not well_formed:
        cookie = secrets.token_urlsafe(32)
    if reader is None:
        return Session(cookie, 0, "", is_open)
    return Session(cookie, reader.id, reader.name, is_open)


def _named_by_proxy(app: App) -> Reader | None:
    """The reader whom a proxy of ours has let in, if the settings name the header that says so."""
    header = app.config.web.proxy_user
    if header is None or not request.environ.get(BELIEVED):
        return None
    return app.accounts.by_name(request.headers.get(header, ""))


def _to_login() -> Response:
    if request.method == "POST" or request.accept_mimetypes.best == "application/json":
        abort(401, "Log in first.")
    target = request.full_path.rstrip("?")
    answer = redirect(f"/login?next={quote(target)}" if target != "/" else "/login", 303)
    return Response(answer.get_data(), status=303, headers=list(answer.headers))


def _check_host(app: App) -> None:
    """Refuse names that are not ours; with a password and no `public_url` any name will do, for cookies belong to names."""
    host = _host_of(f"http://{request.headers.get('Host', '')}")
    public = _host_of(app.config.web.public_url or "")
    if _is_local(host) or (public and host == public):
        return
    if public or app.accounts.is_open:
        abort(421, "This page is not served under that name. Set [web] public_url if it should be.")


def _check_origin(app: App, *, also_nowhere: bool = True) -> None:
    """Refuse what is sent from other sites, by what the browser says of it, and from nowhere where no token speaks for it."""
    if request.headers.get("Sec-Fetch-Site", "same-origin") not in ("same-origin", "none"):
        abort(403, "This was sent from another site.")
    origin = request.headers.get("Origin")
    if origin is None or (origin == "null" and also_nowhere):
        return  # "null" is what our own pages send, for they give no referrer; the token speaks for them
    ours = {request.headers.get("Host", "").lower(), urlsplit(app.config.web.public_url or "").netloc.lower()} - {""}
    if urlsplit(str(origin)).netloc.lower() not in ours:
        abort(403, "This was sent from another site.")


def _host_of(url: str) -> str:
    try:
        return (urlsplit(url).hostname or "").lower()
    except ValueError:
        return ""


def _is_local(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost" or host.endswith(".localhost")
