"""The templates' surroundings: they escape by default, fail on a name that is not there, and get the words of `wording`."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from functools import lru_cache, partial
from typing import TYPE_CHECKING, Any

from aggregator.model import Digest, DigestEvent
from aggregator.render import wording
from aggregator.render.columns import one_line, wrap
from aggregator.render.links import web_link
from aggregator.render.times import say_day, say_time
from aggregator.text.phrases import retell
from aggregator.text.tongue import ENGLISH, Tongue

if TYPE_CHECKING:
    from jinja2 import Environment
    from jinja2.runtime import Context

__all__ = ["context", "environment", "ranks", "teach"]

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
    made.filters |= {"line": one_line, "link": web_link, "set": _set_lines, "whole": _whole}
    made.globals |= {"edit_line": wording.edit_line, "retold_from": wording.retold_from}
    teach(made)
    return made


def teach(environment: Environment, *, ornament: Callable[[str], str] = str) -> None:
    """Have templates speak the `tongue` of their context: `_()`, `ngettext()` and `{% trans %}`; `ornament` sets counts."""
    from jinja2 import pass_context  # noqa: PLC0415 - as above
    from markupsafe import Markup  # noqa: PLC0415 - as above

    def fill(context: Context, message: str, values: Mapping[str, Any]) -> str:
        return (Markup(message) if context.eval_ctx.autoescape else message) % values  # noqa: S704 (it escapes the values)

    @pass_context
    def gettext(context: Context, message: str, /, **values: Any) -> str:
        return fill(context, context["tongue"].catalogue.gettext(message), values)

    @pass_context
    def ngettext(context: Context, one: str, many: str, number: int, /, **values: Any) -> str:
        tongue = context["tongue"]
        message = tongue.catalogue.ngettext(one, many, number)
        return fill(context, message, {"num": ornament(tongue.number(number)), **values})

    environment.extend(newstyle_gettext=True)  # before the extension, which would say no
    environment.add_extension("jinja2.ext.i18n")
    environment.policies["ext.i18n.trimmed"] = True
    environment.globals |= {"gettext": gettext, "ngettext": ngettext}


def _escapes(name: str | None) -> bool:
    """Everything is escaped but the text parts, which are not HTML."""
    return not (name or "").endswith(".txt")


def context(digest: Digest, zone: str, tongue: Tongue = ENGLISH, **more: Any) -> dict[str, Any]:
    """What a digest's template needs: the value, its words in the reader's tongue and zone, and each event's rank from 1."""
    rank = ranks(digest)
    says = ("change_line", "folded", "heading", "kicker", "left_out", "score_line", "summary", "what_differs")
    return {
        **{name: partial(getattr(wording, name), tongue=tongue) for name in says},
        "tongue": tongue,
        "retold": partial(retell, tongue=tongue),
        "digest": digest,
        "zone": zone,
        "since_line": wording.sentence(wording.since_line(digest, zone, tongue=tongue)),
        "since": lambda event: wording.since_line(digest, zone, event, tongue),
        "made_day": say_day(digest.made_at, now=digest.made_at, zone=zone, tongue=tongue),
        "numbers": partial(wording.numbers, digest=digest, zone=zone, tongue=tongue),
        "difference_line": partial(wording.difference_line, digest=digest, zone=zone, tongue=tongue),
        "say": partial(say_time, now=digest.made_at, zone=zone, tongue=tongue),
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


def _whole(text: str) -> str:
    """Words in which no line ends before a time of day: "yesterday 12:15" stays together."""
    return re.sub(r" (?=\d\d:\d\d\b)", "\N{NO-BREAK SPACE}", text)


def _set_lines(text: str, width: int, indent: str = "", first: str | None = None) -> str:
    """`text` set in lines of at most `width` columns."""
    return "\n".join(wrap(text, width, indent=indent, first=first))
