"""The line that says what was just done, with the way back; it lives in the address, so that no state is kept."""

from __future__ import annotations

from dataclasses import dataclass

from flask import request

from aggregator.text.numbers import row_number
from aggregator.web.answers import our_app
from aggregator.web.security import session
from aggregator.web.wording import ACTS, EDITS, tongue

__all__ = ["Said", "said"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """What was done, and the address and field that undo it; None if nothing does."""

    text: str
    undo: str | None = None
    url: str = ""


def said() -> Said | None:
    """What the address of this page says was done, if it was done and still stands."""
    for name, told in (("undo", _mark), ("edit", _edit), ("removed", _removed)):
        if name in request.args:
            return told(request.args[name])
    return None


def _mark(number: str) -> Said | None:
    undo_id = row_number(number)
    act = None if undo_id is None else our_app().marks.act(session().reader_id, undo_id)
    return Said(text=tongue().gettext(ACTS[act]), undo=f"/undo/{number}") if act else None


def _edit(number: str) -> Said | None:
    for edit in our_app().editing.log():
        if str(edit.id) == number and not edit.is_undone and edit.kind in EDITS:
            return Said(text=tongue().gettext(EDITS[edit.kind]), undo=f"/edits/{number}/undo")
    return None


def _removed(url: str) -> Said | None:
    if not our_app().feeds.is_removed(url):
        return None
    return Said(text=tongue().gettext("%(url)s is removed. Its stories stay.", url=url), undo="/feeds/restore", url=url)
