"""Outlets over a period: who was first, who copies whom, what only they had."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, request

from aggregator.app.outlets import PERIODS, Borrowing, OutletRow
from aggregator.render.rows import event_row, iso
from aggregator.web.answers import answer, our_app

__all__ = ["outlets"]

outlets = Blueprint("outlets", __name__)


@outlets.get("/outlets")
def report() -> Response:
    """All outlets of the last day, week or month."""
    period = _period()
    found = our_app().outlets.report(period)
    value = {
        "since": iso(found.since),
        "outlets": [_row(r) for r in found.rows],
        "copies": [_pair(b) for b in found.borrowings],
    }
    return answer("outlets.html", value, report=found, period=period, periods=list(PERIODS))


@outlets.get("/outlets/<int:outlet_id>")
def outlet(outlet_id: int) -> Response:
    """One outlet."""
    period = _period()
    found = our_app().outlets.one(outlet_id, period)
    value = {
        "outlet": found.name,
        "counts": _row(found.row) if found.row else None,
        "first": [event_row(e) for e in found.first],
        "alone": [event_row(e) for e in found.alone],
        "copies": [_pair(b) for b in found.taken],
        "copied": [_pair(b) for b in found.given],
    }
    return answer("outlet.html", value, outlet=found, period=period, periods=list(PERIODS))


def _period() -> str:
    given = request.args.get("period", "week")
    return given if given in PERIODS else "week"


def _row(row: OutletRow) -> dict[str, Any]:
    return {
        "id": row.id, "outlet": row.name, "stories": row.stories, "own": row.own, "events": row.events, "first": row.first,
        "alone": row.alone,
    }  # fmt: skip


def _pair(found: Borrowing) -> dict[str, Any]:
    return {"copier": found.copier, "source": found.source, "stories": found.stories}
