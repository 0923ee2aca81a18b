"""What a story said before it was changed is kept."""

from __future__ import annotations

from datetime import timedelta

from aggregator.store import Store
from aggregator.store.pages import PageResult
from tests.support.building import NOW, a_new_entry, a_spec

FEED = "https://a.example/feed"
PAGE = "The storm reached the coast on Monday. Eleven houses lost their roofs. Nobody was hurt."
HOUR = timedelta(hours=1)


def a_story(store: Store) -> tuple[int, int]:
    store.feeds.add([a_spec(FEED)], now=NOW)
    feed = store.feeds.get(FEED).id
    return feed, store.ingest.apply(feed, [a_new_entry(1)], now=NOW).stories[0]


def a_page(story_id: int, **over: object) -> PageResult:
    return PageResult(
        **{
            "story_id": story_id, "page": "done", "title": "Storm 1 reaches the coast", "text": PAGE, "page_text": PAGE,
            "text_hash": "page", "url": "https://courier.example/1", "site": "courier.example", "body": b"<p>", **over,
        }  # type: ignore[arg-type]
    )  # fmt: skip


def test_the_text_that_a_feed_gave_before_is_kept(store: Store) -> None:
    feed, story_id = a_story(store)
    before = store.stories.get(story_id).text or ""
    store.ingest.apply(
        feed, [a_new_entry(1, text=before.replace("coast", "harbour"), content_hash="b")], now=NOW + HOUR
    )
    (revision,) = store.revisions.of(story_id)
    assert (revision.number, revision.text, revision.what_changed) == (1, before, ("wording",))
    assert (revision.seen_at, revision.replaced_at) == (NOW, NOW + HOUR)


def test_spaces_and_marks_leave_no_revision_and_leave_the_story_alone(store: Store) -> None:
    feed, story_id = a_story(store)
    before = store.stories.get(story_id)
    said = a_new_entry(1, text=(before.text or "").replace(" ", "  "), content_hash="b")
    assert store.ingest.apply(feed, [said], now=NOW + HOUR).changed == ()
    assert store.revisions.of(story_id) == ()
    assert store.stories.get(story_id) == before


def test_the_first_reading_of_a_page_is_no_revision(store: Store) -> None:
    _, story_id = a_story(store)
    store.pages.apply([a_page(story_id)], now=NOW)
    assert store.stories.get(story_id).text == PAGE
    assert store.revisions.of(story_id) == ()


def test_a_headline_changed_by_feed_and_page_is_one_revision(store: Store) -> None:
    feed, story_id = a_story(store)
    store.pages.apply([a_page(story_id)], now=NOW)
    new = "Storm 1 kills two on the coast"
    store.ingest.apply(feed, [a_new_entry(1, title=new, content_hash="b")], now=NOW + HOUR)
    reread = a_page(
        story_id, is_reread=True, title=new, text=PAGE.replace("Eleven", "Nine"), headline_changed=("headline",),
        text_changed=("figure",),
    )  # fmt: skip
    store.pages.apply([reread], now=NOW + HOUR)
    (revision,) = store.revisions.of(story_id)
    assert (revision.title, revision.text) == ("Storm 1 reaches the coast", PAGE)
    assert set(revision.what_changed) == {"headline", "figure"}
    story = store.stories.get(story_id)
    assert (story.title, story.text) == (new, PAGE.replace("Eleven", "Nine"))


def test_a_feed_that_repeats_its_old_headline_does_not_undo_that_of_the_page(store: Store) -> None:
    feed, story_id = a_story(store)
    store.pages.apply([a_page(story_id)], now=NOW)
    new = "Storm 1 kills two on the coast"
    store.pages.apply([a_page(story_id, is_reread=True, title=new, headline_changed=("headline",))], now=NOW + HOUR)
    assert store.stories.get(story_id).title == new
    store.ingest.apply(feed, [a_new_entry(1, text="Another summary of it.", content_hash="b")], now=NOW + 3 * HOUR)
    assert store.stories.get(story_id).title == new
    store.ingest.apply(feed, [a_new_entry(1, title=new, content_hash="c")], now=NOW + 5 * HOUR)
    assert [r.title for r in store.revisions.of(story_id)] == ["Storm 1 reaches the coast"]


def test_another_feed_that_carries_the_story_changes_nothing_in_it(store: Store) -> None:
    _, story_id = a_story(store)
    store.feeds.add([a_spec("https://b.example/feed")], now=NOW)
    other = store.feeds.get("https://b.example/feed").id
    store.ingest.apply(other, [a_new_entry(1, guid="b", title="In other words")], now=NOW)
    changed = a_new_entry(1, guid="b", title="In other words yet", content_hash="b")
    assert store.ingest.apply(other, [changed], now=NOW + HOUR).changed == ()
    assert store.revisions.of(story_id) == ()


def test_a_page_is_read_again_while_its_event_lives_and_then_no_more(store: Store) -> None:
    _, story_id = a_story(store)
    live_s = 48 * 3600.0
    store.pages.apply([a_page(story_id, etag='"1"', reread_at=NOW + 2 * HOUR)], now=NOW)
    assert store.pages.due(NOW + HOUR, live_s=live_s) == ()
    (due,) = store.pages.due(NOW + 3 * HOUR, live_s=live_s)
    assert (due.story_id, due.rereads, due.etag) == (story_id, 0, '"1"')
    assert store.pages.due_count(NOW + 3 * HOUR, live_s=live_s) == 1
    assert store.pages.due(NOW + 3 * HOUR) == ()
    assert store.pages.due(NOW + 49 * HOUR, live_s=live_s) == ()


def test_a_page_that_fails_when_read_again_leaves_the_story_as_it_is(store: Store) -> None:
    _, story_id = a_story(store)
    store.pages.apply([a_page(story_id, reread_at=NOW)], now=NOW)
    before = store.stories.get(story_id)
    gone = PageResult(story_id=story_id, page="failed", error="gone", is_reread=True, reread_at=None)
    store.pages.apply([gone], now=NOW + HOUR)
    assert store.stories.get(story_id) == before
    assert store.pages.due(NOW + 3 * HOUR, live_s=1e6) == ()


def test_what_changed_in_a_time_is_listed_latest_first(store: Store) -> None:
    feed, story_id = a_story(store)
    other = store.ingest.apply(feed, [a_new_entry(2)], now=NOW).stories[0]
    for number, at in ((1, NOW + HOUR), (2, NOW + 2 * HOUR)):
        changed = a_new_entry(number, title=f"Storm {number} has passed", content_hash="b")
        store.ingest.apply(feed, [changed], now=at)
    assert store.revisions.changed(NOW, NOW + 2 * HOUR) == (other, story_id)
    assert store.revisions.changed(NOW + HOUR, NOW + 2 * HOUR) == (other,)
    assert set(store.revisions.of_many([story_id, other])) == {story_id, other}
