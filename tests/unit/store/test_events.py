"""Events as they are listed: brief ones say the same as whole ones."""

from __future__ import annotations

from dataclasses import fields

from aggregator.model import BriefStory
from aggregator.store import Store
from tests.support.searching import Row, fill

ROWS = (
    Row(title="Storm", text="Rain.", event=1, hours=3, read=True),
    Row(title="Coast", text="Wind.", event=1, hours=9, outlet="Post", key="post.example", folder="World/North"),
    Row(
        title="Storm",
        text="Rain.",
        event=1,
        hours=1,
        copy_of=1,
        outlet="Echo",
        key="echo.example",
        folder="World/North",
    ),
    Row(title="Vote", text="Won.", event=2, lang="de", folder=""),
)


def test_brief_events_have_the_stories_of_whole_ones_in_their_order(store: Store) -> None:
    fill(store, ROWS)
    whole, brief = store.events.views([2, 1, 77]), store.events.briefly([2, 1, 77])
    assert [e.event.id for e in brief] == [2, 1]
    assert [(e.event, e.folder) for e in brief] == [(v.event, v.folder) for v in whole]
    for event, view in zip(brief, whole, strict=True):
        names = [f.name for f in fields(BriefStory)]
        assert [[getattr(s, n) for n in names] for s in event.stories] == [
            [getattr(s, n) for n in names] for s in view.stories
        ]
