"""The templates' surroundings: they escape by default, fail on a name that is not there, and get the words of `wording`."""

from __future__ import annotations

from functools import lru_cache, partial
from typing import TYPE_CHECKING, Any

from aggregator.model import Digest, DigestEvent
from aggregator.render import wording
from aggregator.render.columns import one_line, wrap
from aggregator.render.links import web_link
from aggregator.render.times import say_day, say_time

if TYPE_CHECKING:
    from jinja2 import Environment

__all__ = ["context", "environment", "ranks"]

_LARGE_EVENTS = 5  # the lead and the next four are told in more than one sentence


@lru_cache(maxsize=1)
def environment() -> Environment:
    """One environment for all templates; text templates (.txt) are not HTML and are not escaped."""
    from jinja2 import Environment, PackageLoader, StrictUndefined  # noqa: PLC0415 - most commands print without templates

    made = Environment(
        loader=PackageLoader("aggregator.render", "templates"),
        autoescape=_escapes,  # noqa: S701 - by the template's name: HTML is, plain text is not
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    made.filters |= {"line": one_line, "link": web_link, "set": _set_lines}
    made.globals |= {
        "change_line": wording.change_line,
        "edit_line": wording.edit_line,
        "folded": wording.folded,
        "kicker": wording.kicker,
        "left_out": wording.left_out,
        "retold_from": wording.retold_from,
        "score_line": wording.score_line,
        "summary": wording.summary,
    }
    return made


def _escapes(name: str | None) -> bool:
    """Everything is escaped but the text parts, which are not HTML."""
    return not (name or "").endswith(".txt")


def context(digest: Digest, zone: str, **more: Any) -> dict[str, Any]:
    """What a digest's template needs: the value, its words in the reader's zone, and each event's rank from 1."""
    rank = ranks(digest)
    return {
        "digest": digest,
        "zone": zone,
        "since_line": wording.since_line(digest, zone),
        "since": lambda event: wording.since_line(digest, zone, event),
        "made_day": say_day(digest.made_at, now=digest.made_at, zone=zone),
        "numbers": partial(_numbers, digest=digest, zone=zone),
        "difference_line": partial(wording.difference_line, digest=digest, zone=zone),
        "say": partial(say_time, now=digest.made_at, zone=zone),
        "rank": rank,
        "told": lambda event: event.sentences[: None if event.summary else _sentences(event, rank[event.event_id])],
        **more,
    }


def ranks(digest: Digest) -> dict[int, int]:
    """The place of each event in the whole digest, by score, from 1."""
    events = sorted((e for s in digest.sections for e in s.events), key=lambda e: (-e.score, e.event_id))
    return {event.event_id: place for place, event in enumerate(events, 1)}


def _sentences(event: DigestEvent, rank: int) -> int:
    """Rank is shown by size: three sentences for the lead, two for the next four, one for the others of many outlets."""
    if rank == 1:
        return 3
    if rank <= _LARGE_EVENTS:
        return 2
    return 1 if event.outlets > 1 else 0


def _numbers(event: DigestEvent, digest: Digest, zone: str) -> str:
    return wording.numbers(event, digest, zone)


def _set_lines(text: str, width: int, indent: str = "", first: str | None = None) -> str:
    """`text` set in lines of at most `width` columns."""
    return "\n".join(wrap(text, width, indent=indent, first=first))
