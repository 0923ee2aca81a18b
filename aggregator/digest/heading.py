"""Which story's title stands for an event: the same one in lists, in digests and on the event's own page."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

from aggregator.digest.brief import headline
from aggregator.model import Brief, Event, StoryLine

__all__ = ["LAST_DAY", "event_headline", "headed"]

LAST_DAY = timedelta(hours=24)  # of an event, before its latest report: what came earlier is history
_MOST_TITLES = 16  # the latest, of which the best is chosen
_FEW = 3  # stories whose titles are judged against those before as well, at most this many of them:
_AROUND = 9
_ENOUGH = 800  # characters of a text, to judge a title by


def event_headline(lines: Sequence[StoryLine]) -> StoryLine | None:
    """The story whose title is stored for an event (copies left out, in the order of time); None if none has a title.

    It is one of the event's last day, as its account is. The first 800 characters of each text are enough.
    """
    last = max(line.published_at for line in lines)
    latest = [line for line in lines if last - line.published_at <= LAST_DAY]
    best = headline(latest[-_MOST_TITLES:])
    return best and (_most_central(best, latest, [line for line in lines if line not in latest]) or best)


def headed(account: Brief, event: Event, latest: Sequence[StoryLine], others: Sequence[StoryLine]) -> Brief:
    """The account of the `latest` stories under the stored headline, if that is one of theirs.

    It is not where the reader was told of its story before: then the headline is of what is new. Nor where it is in
    another language than the account.
    """
    own = next((line for line in latest if line.id == account.headline_from), None)
    stored = next((line for line in latest if line.id == str(event.headline_story_id)), None)
    if stored and event.headline and (own is None or own.lang == stored.lang):
        return replace(account, headline=event.headline, headline_from=stored.id)
    best = own and _most_central(own, latest, others)
    return replace(account, headline=best.title or "", headline_from=best.id) if best else account


def _most_central(own: StoryLine, latest: Sequence[StoryLine], others: Sequence[StoryLine]) -> StoryLine | None:
    """The latest title that says most of the whole event, where two or three stories cannot agree on one; else None.

    Of two titles neither is more central: a side story of the fourth day would head the event. The language stays `own`'s.
    """
    mine = [line for line in latest if line.lang == own.lang]
    before = [line for line in others if line.lang == own.lang][-_AROUND:]
    if not before or not 1 < len(mine) <= _FEW:
        return None
    lines = sorted([*before, *mine], key=lambda line: (line.published_at, line.id))
    cut = [replace(line, text=(line.text or "")[:_ENOUGH]) for line in lines]
    return headline(cut, among={line.id for line in mine})
