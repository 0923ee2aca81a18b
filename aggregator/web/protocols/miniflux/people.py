"""Who asks, and what this installation is. Accounts are made at the command line, not by programs."""

from __future__ import annotations

from importlib.metadata import version

from flask import Response, g
from werkzeug.exceptions import Forbidden, NotFound

from aggregator.web.answers import our_app
from aggregator.web.protocols.asking import as_json, reader_id
from aggregator.web.protocols.miniflux.door import miniflux, nothing

__all__: list[str] = []

SPEAKS = "2.2.0"  # the Miniflux whose API this is: programs ask before they use what came later


@miniflux.get("/healthcheck")
@miniflux.get("/v1/healthcheck")
def healthcheck() -> Response:
    """We are here."""
    return Response("OK", mimetype="text/plain")


@miniflux.get("/version")
def bare_version() -> Response:
    """The version alone."""
    return Response(SPEAKS, mimetype="text/plain")


@miniflux.get("/v1/version")
def long_version() -> Response:
    """The version of the API, and whose it is."""
    return as_json({"version": SPEAKS, "commit": "", "build_date": "", "go_version": "", "compiler": "", "arch": "", "os": "",
                    "aggregator": version("aggregator")})  # fmt: skip


@miniflux.get("/v1/me")
def me() -> Response:
    """Who asks."""
    return as_json(_user())


@miniflux.get("/v1/users")
def users() -> Response:
    """Who asks; of others nothing is said."""
    return as_json([_user()])


@miniflux.get("/v1/users/<name>")
def user(name: str) -> Response:
    """Who asks, by number or name."""
    if name not in (str(reader_id()), g.reader.name):
        raise NotFound("There is no such user.")
    return as_json(_user())


@miniflux.route("/v1/users", methods=["POST"])
@miniflux.route("/v1/users/<name>", methods=["PUT", "DELETE"])
@miniflux.route("/v1/api-keys", methods=["POST"])
@miniflux.route("/v1/api-keys/<name>", methods=["DELETE"])
def not_here(**_route: str) -> Response:
    """No program may make another one's password."""
    raise Forbidden("Accounts and passwords are made with: aggregator users")


@miniflux.get("/v1/api-keys")
def api_keys() -> Response:
    """The passwords of the reader's programs, by label."""
    rows = our_app().access.all(g.reader.name)
    return as_json([
        {"id": row.id, "user_id": row.reader_id, "description": row.label, "token": "",
         "created_at": row.created_at.isoformat(), "last_used_at": row.used_at.isoformat() if row.used_at else None}
        for row in rows
    ])  # fmt: skip


@miniflux.get("/v1/integrations/status")
def integrations() -> Response:
    """None."""
    return as_json({"has_integrations": False})


@miniflux.route("/v1/flush-history", methods=["PUT", "DELETE"])
def flush_history() -> Response:
    """What is read stays: it belongs to events. The wish is taken and nothing is done."""
    return Response(status=202)


@miniflux.put("/v1/feeds/refresh")
@miniflux.put("/v1/feeds/<int:number>/refresh")
@miniflux.put("/v1/categories/<int:number>/refresh")
def refresh(**_route: int) -> Response:
    """Have what is due polled now."""
    our_app().polling.ask_soon()
    return nothing()


def _user() -> dict[str, object]:
    return {
        "id": reader_id(),
        "username": g.reader.name,
        "is_admin": False,
        "theme": "system_serif",
        "language": "en_US",
        "timezone": our_app().timezone,
        "entry_sorting_direction": "desc",
        "entry_sorting_order": "published_at",
        "entries_per_page": 100,
        "keyboard_shortcuts": True,
        "show_reading_time": True,
        "entry_swipe": True,
        "stylesheet": "",
        "google_id": "",
        "openid_connect_id": "",
        "last_login_at": None,
    }
