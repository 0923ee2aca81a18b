"""The line that says what was just done, with the way back; it lives in the address, so that no state is kept."""

from __future__ import annotations

from dataclasses import dataclass

from flask import request

from aggregator.web.answers import our_app
from aggregator.web.security import session
from aggregator.web.wording import ACTS

__all__ = ["Said", "said"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """What was done, and the address that undoes it, None if nothing does."""

    text: str
    undo: str | None = None


def said() -> Said | None:
    """What the address of this page says was done, if it was this reader who did it and it still stands."""
    number = request.args.get("undo", "")
    if number.isdecimal() and len(number) < 16:  # noqa: PLR2004 (SQLite's integers)
        act = our_app().marks.act(session().reader_id, int(number))
        if act is not None:
            return Said(text=ACTS[act], undo=f"/undo/{number}")
    return None
