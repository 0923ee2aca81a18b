"""The protocols that other programs speak: each a thin dress over `app.clients`, at the addresses where programs look for it."""

from __future__ import annotations

from flask import Flask

from aggregator.web.protocols.fever import fever
from aggregator.web.protocols.greader import greader
from aggregator.web.protocols.miniflux import miniflux
from aggregator.web.protocols.nextcloud import nextcloud
from aggregator.web.protocols.outgoing import outgoing
from aggregator.web.protocols.websub import websub

__all__ = ["register"]


def register(flask: Flask) -> frozenset[str]:
    """Serve the protocols; returns the names of their blueprints."""
    flask.register_blueprint(greader)
    flask.register_blueprint(greader, name="greader-freshrss", url_prefix="/api/greader.php")
    flask.register_blueprint(miniflux)
    flask.register_blueprint(fever)
    flask.register_blueprint(nextcloud)
    flask.register_blueprint(outgoing)
    flask.register_blueprint(websub)
    return frozenset({"greader", "greader-freshrss", "miniflux", "fever", "nextcloud", "outgoing", "websub"})
