"""What templates say and how: the reader's tongue, times as the reader says them, safe links, counts."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from hashlib import sha256
from http import HTTPStatus
from pathlib import Path
from typing import Any
from urllib.parse import quote

from flask import Flask, g, request, url_for
from jinja2 import StrictUndefined
from markupsafe import Markup, escape

from aggregator.model import DigestEvent, Sentence
from aggregator.render import wording as said
from aggregator.render.columns import one_line
from aggregator.render.links import web_link
from aggregator.render.rows import iso
from aggregator.render.templating import teach
from aggregator.render.times import clock, say_day, say_moment, say_time
from aggregator.text.phrases import retell
from aggregator.text.tongue import ENGLISH, Tongue, mark
from aggregator.web import security
from aggregator.web.answers import our_app

__all__ = ["ACTS", "EDITS", "PROBLEMS", "install", "tongue"]

PROBLEMS: Mapping[HTTPStatus, str] = {
    HTTPStatus.BAD_REQUEST: mark("That could not be understood"),
    HTTPStatus.UNAUTHORIZED: mark("Log in first"),
    HTTPStatus.FORBIDDEN: mark("That was not done"),
    HTTPStatus.NOT_FOUND: mark("There is nothing at this address"),
    HTTPStatus.METHOD_NOT_ALLOWED: mark("That cannot be done at this address"),
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE: mark("That is too large"),
    HTTPStatus.MISDIRECTED_REQUEST: mark("Not served under this name"),
    HTTPStatus.TOO_MANY_REQUESTS: mark("Too many wrong passwords"),
    HTTPStatus.INTERNAL_SERVER_ERROR: mark("This page broke"),
    HTTPStatus.SERVICE_UNAVAILABLE: mark("The stories cannot be read at the moment"),
}

ACTS: Mapping[str, str] = {
    "read": mark("Marked read."),
    "unread": mark("Marked unread."),
    "star": mark("Starred."),
    "unstar": mark("Star taken off."),
    "read-event": mark("Marked read, with all its stories."),
    "unread-event": mark("Marked unread, with all its stories."),
    "mute": mark("Muted: it stays off the front page."),
    "unmute": mark("No longer muted."),
}

EDITS: Mapping[str, str] = {
    "split": mark("Taken out of this event; that holds from now on."),
    "join": mark("Joined; that holds from now on."),
}

# What our script says by itself; it finds the words on the page under these.
SPOKEN = (
    mark("Undo"), mark("Mark read"), mark("Mark unread"), mark("Star"), mark("Unstar"), mark("Mute"), mark("Unmute"),
    mark("Marked read."), mark("Marked unread."), mark("Starred."), mark("Star taken off."),
    mark("Muted: it stays off the front page."), mark("No longer muted."), mark("No event is picked."),
    mark("Picked. Press x on the event that is the same."), mark("Keys"),
    mark("That was not done; load the page again."),
)  # fmt: skip

SAID = ("change_line", "heading", "named", "summary", "what_changed", "what_differs")


def install(flask: Flask) -> None:
    """Give the templates their words."""
    environment = flask.jinja_env
    environment.undefined = StrictUndefined
    environment.trim_blocks = environment.lstrip_blocks = True
    environment.filters |= {
        "line": one_line,
        "link": web_link,
        "number": lambda number: _ornament(tongue().number(number)),
        "clock": clock,
        "iso": iso,
        "ago": _ago,
    }
    environment.globals |= {
        **{name: _spoken_by(getattr(said, name)) for name in SAID},
        "retold_from": said.retold_from,
        "kicker": kicker,
        "moment": _moment,
        "outside": _outside,
        "said_at": _said_at,
        "say": _say,
        "say_day": _day,
        "today": _today,
        "retold": lambda text: retell(text, tongue()),
        "spoken": _spoken,
    }
    teach(environment, ornament=lambda number: Markup("<b>{}</b>").format(_ornament(number)))
    stamps: dict[str, str] = {}

    @flask.context_processor
    def _around() -> dict[str, Any]:
        return {
            "csrf": security.token() if hasattr(g, "csrf") else "",
            "tongue": tongue(),
            "here": request.full_path.rstrip("?"),
            "session": g.get("session"),
            "asset": lambda name: _asset(flask, stamps, name),
        }


def tongue() -> Tongue:
    """The language that this page is told in."""
    if "tongue" not in g:
        who = g.get("session")
        asked = request.accept_languages.values()
        g.tongue = our_app().languages.of_reader(who.reader_id if who else 0, asked=asked)
    found: Tongue = g.tongue
    return found


def kicker(event: DigestEvent) -> str:
    """As in "Day 3", set in capitals by the style."""
    return said.kicker(event, tongue()).capitalize()


def _spoken() -> dict[str, str]:
    """The words of our script in the language of the page; it has the English itself."""
    return {} if tongue() == ENGLISH else {message: tongue().gettext(message) for message in SPOKEN}


def _spoken_by(words: Callable[..., str]) -> Callable[..., str]:
    """A wording in the tongue of the page."""
    return lambda value: words(value, tongue=tongue())


def _ornament(number: str) -> str:
    """A comma between thousands is another's decimal mark: a thin space that does not break stands for it."""
    return number.replace(",", "\u202f")


def _say(at: datetime) -> Markup:
    """A time as the reader says it, with the exact one for machines."""
    return Markup('<time datetime="{}">{}</time>').format(iso(at), _ago(at))


def _moment(at: datetime) -> Markup:
    """A day and the clock: where order within a day matters."""
    app = our_app()
    words = say_moment(at, now=app.clock(), zone=app.timezone, tongue=tongue())
    return Markup('<time datetime="{}">{}</time>').format(iso(at), words)


def _ago(at: datetime) -> str:
    """A time in words alone, for texts of attributes."""
    app = our_app()
    return say_time(at, now=app.clock(), zone=app.timezone, tongue=tongue())


def _day(at: datetime) -> str:
    app = our_app()
    return say_day(at, now=app.clock(), zone=app.timezone, tongue=tongue())


def _today() -> str:
    return _day(our_app().clock())


def _outside(text: str | None, url: str | None) -> Markup:
    """A link that leaves our pages without saying where from; plain text if the address is not one of the web."""
    shown = escape(one_line(text or ""))
    target = web_link(url)
    if target is None:
        return shown
    return Markup('<a class="out" rel="noopener noreferrer" href="{}">{}</a>').format(target, shown)


def _said_at(sentence: Sentence) -> str:
    """The address of a sentence within its story on our own pages."""
    return f"/stories/{quote(str(sentence.story_id))}?at={sentence.offset}&n={sentence.end - sentence.offset}#said"


def _asset(flask: Flask, stamps: dict[str, str], name: str) -> str:
    """A static file's address with a stamp of what is in it, so that browsers may keep it."""
    if name not in stamps:
        stamps[name] = sha256((Path(flask.static_folder or "") / name).read_bytes()).hexdigest()[:12]
    return url_for("static", filename=name, v=stamps[name])
