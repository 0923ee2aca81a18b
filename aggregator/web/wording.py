"""What templates say and how: times as the reader says them, safe links, counted nouns."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from hashlib import sha256
from http import HTTPStatus
from pathlib import Path
from typing import Any
from urllib.parse import quote
from zoneinfo import ZoneInfo

from flask import Flask, g, request, url_for
from jinja2 import StrictUndefined
from markupsafe import Markup, escape

from aggregator.model import DigestEvent, Sentence, Story
from aggregator.render import wording as said
from aggregator.render.columns import one_line
from aggregator.render.links import web_link
from aggregator.render.times import say_day, say_time
from aggregator.web import security
from aggregator.web.answers import our_app

__all__ = ["ACTS", "EDITS", "PROBLEMS", "install"]

MOST_NAMED = 5  # outlets named in full; the rest are counted

PROBLEMS: Mapping[HTTPStatus, str] = {
    HTTPStatus.BAD_REQUEST: "That could not be understood",
    HTTPStatus.UNAUTHORIZED: "Log in first",
    HTTPStatus.FORBIDDEN: "That was not done",
    HTTPStatus.NOT_FOUND: "There is nothing at this address",
    HTTPStatus.METHOD_NOT_ALLOWED: "That cannot be done at this address",
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE: "That is too large",
    HTTPStatus.MISDIRECTED_REQUEST: "Not served under this name",
    HTTPStatus.TOO_MANY_REQUESTS: "Too many wrong passwords",
    HTTPStatus.INTERNAL_SERVER_ERROR: "This page broke",
    HTTPStatus.SERVICE_UNAVAILABLE: "The stories cannot be read at the moment",
}

ACTS: Mapping[str, str] = {
    "read": "Marked read.",
    "unread": "Marked unread.",
    "star": "Starred.",
    "unstar": "Star taken off.",
    "read-event": "Marked read, with all its stories.",
    "unread-event": "Marked unread, with all its stories.",
    "mute": "Muted: it stays off the front page.",
    "unmute": "No longer muted.",
}

EDITS: Mapping[str, str] = {
    "split": "Taken out of this event; that holds from now on.",
    "join": "Joined; that holds from now on.",
}


def install(flask: Flask) -> None:
    """Give the templates their words."""
    environment = flask.jinja_env
    environment.undefined = StrictUndefined
    environment.trim_blocks = environment.lstrip_blocks = True
    environment.filters |= {
        "line": one_line,
        "link": web_link,
        "count": _count,
        "number": _number,
        "iso": _iso,
        "ago": _ago,
    }
    environment.globals |= {
        "change_line": said.change_line,
        "retold_from": said.retold_from,
        "folded": _folded,
        "kicker": kicker,
        "moment": _moment,
        "outside": _outside,
        "said_at": _said_at,
        "say": _say,
        "say_day": _day,
        "today": _today,
        "summary": said.summary,
    }
    stamps: dict[str, str] = {}

    @flask.context_processor
    def _around() -> dict[str, Any]:
        return {
            "csrf": security.token() if hasattr(g, "csrf") else "",
            "here": request.full_path.rstrip("?"),
            "session": g.get("session"),
            "asset": lambda name: _asset(flask, stamps, name),
        }


def kicker(event: DigestEvent) -> str:
    """As in "Day 3", set in capitals by the style."""
    return said.kicker(event).capitalize()


def _count(number: int, noun: str, plural: str | None = None) -> Markup:
    """As in "12 outlets", with the figure set as an ornament."""
    word = noun if number == 1 else plural or noun + "s"
    return Markup("<b>{}</b> {}").format(_number(number), word)


def _number(number: int) -> str:
    """Thousands divided by a thin space that does not break."""
    return f"{number:,}".replace(",", "\u202f")


def _say(at: datetime) -> Markup:
    """A time as the reader says it, with the exact one for machines."""
    app = our_app()
    words = say_time(at, now=app.clock(), zone=app.timezone)
    return Markup('<time datetime="{}">{}</time>').format(_iso(at), words)


def _moment(at: datetime) -> Markup:
    """A day and the clock: where order within a day matters."""
    app = our_app()
    words = say_time(at, now=app.clock(), zone=app.timezone)
    if ":" not in words:
        words += f"{at.astimezone(ZoneInfo(app.timezone)): %H:%M}"
    return Markup('<time datetime="{}">{}</time>').format(_iso(at), words)


def _folded(copies: Sequence[Story]) -> Markup:
    """As in "in 5 more outlets: A, B, C and 2 more"."""
    names = list(dict.fromkeys(one_line(copy.outlet) for copy in copies))
    named = ", ".join(names[:MOST_NAMED]) + (f" and {len(names) - MOST_NAMED} more" if len(names) > MOST_NAMED else "")
    return Markup("in {}: {}").format(_count(len(names), "more outlet"), named)


def _ago(at: datetime) -> str:
    """A time in words alone, for texts of attributes."""
    app = our_app()
    return say_time(at, now=app.clock(), zone=app.timezone)


def _day(at: datetime) -> str:
    app = our_app()
    return say_day(at, now=app.clock(), zone=app.timezone)


def _today() -> str:
    return _day(our_app().clock())


def _iso(at: datetime) -> str:
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _outside(text: str | None, url: str | None) -> Markup:
    """A link that leaves our pages without saying where from; plain text if the address is not one of the web."""
    shown = escape(one_line(text or ""))
    target = web_link(url)
    if target is None:
        return shown
    return Markup('<a class="out" rel="noopener noreferrer" href="{}">{}</a>').format(target, shown)


def _said_at(sentence: Sentence) -> str:
    """The address of a sentence within its story on our own pages."""
    return f"/stories/{quote(str(sentence.story_id))}?at={sentence.offset}&n={len(sentence.text)}#said"


def _asset(flask: Flask, stamps: dict[str, str], name: str) -> str:
    """A static file's address with a stamp of what is in it, so that browsers may keep it."""
    if name not in stamps:
        stamps[name] = sha256((Path(flask.static_folder or "") / name).read_bytes()).hexdigest()[:12]
    return url_for("static", filename=name, v=stamps[name])
