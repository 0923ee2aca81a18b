"""Entries in: each canonical address is one story, however many entries point at it."""

from __future__ import annotations

from datetime import timedelta

from aggregator.model import Enclosure
from aggregator.store import Store
from aggregator.store.ingest import Arrival
from aggregator.store.pages import PageResult
from tests.support.building import NOW, a_new_entry, a_spec


def subscribed(store: Store, *urls: str) -> list[int]:
    store.feeds.add([a_spec(url) for url in urls], now=NOW)
    return [store.feeds.get(url).id for url in urls]


def test_two_feeds_that_carry_one_address_make_one_story(store: Store) -> None:
    one, other = subscribed(store, "https://a.example/1", "https://a.example/2")
    assert len(store.ingest.apply(one, [a_new_entry(1)], now=NOW).stories) == 1
    again = store.ingest.apply(other, [a_new_entry(1, guid="other-guid")], now=NOW)
    assert (again.entries, again.stories) == (1, ())
    assert store.stories.count() == 1


def test_feeds_that_are_stored_at_once_are_as_if_one_came_after_the_other(store: Store) -> None:
    one, other, third = subscribed(store, "https://a.example/1", "https://a.example/2", "https://a.example/3")
    store.ingest.apply(other, [a_new_entry(4)], now=NOW)
    results = store.ingest.apply_all(
        [
            Arrival(feed_id=one, entries=[a_new_entry(1), a_new_entry(2)]),
            Arrival(feed_id=other, entries=[a_new_entry(2, guid="theirs"), a_new_entry(4, guid="changed")]),
            Arrival(feed_id=third, entries=[]),
        ],
        now=NOW,
    )
    assert [(r.entries, len(r.stories)) for r in results] == [(2, 2), (1, 0), (0, 0)]
    assert store.stories.count() == 3
    carriers = store.connections.rows("SELECT feed_id FROM entries WHERE story_id = ?", (results[0].stories[1],))
    assert [row["feed_id"] for row in carriers] == [one, other]


def test_an_entry_whose_guid_changes_does_not_multiply_the_story(store: Store) -> None:
    (feed,) = subscribed(store, "https://a.example/1")
    store.ingest.apply(feed, [a_new_entry(1)], now=NOW)
    store.ingest.apply(feed, [a_new_entry(1, guid="changed")], now=NOW)
    assert store.stories.count() == 1


def test_a_known_entry_adds_nothing(store: Store) -> None:
    (feed,) = subscribed(store, "https://a.example/1")
    store.ingest.apply(feed, [a_new_entry(1), a_new_entry(2)], now=NOW)
    again = store.ingest.apply(feed, [a_new_entry(1), a_new_entry(2)], now=NOW)
    assert (again.entries, again.stories, again.changed) == (0, (), ())


def test_an_entry_with_a_new_text_changes_its_story(store: Store) -> None:
    (feed,) = subscribed(store, "https://a.example/1")
    (story_id,) = store.ingest.apply(feed, [a_new_entry(1)], now=NOW).stories
    changed = store.ingest.apply(feed, [a_new_entry(1, text="Nobody was hurt.", content_hash="new")], now=NOW)
    assert changed.changed == (story_id,)
    assert store.stories.get(story_id).text == "Nobody was hurt."


def test_the_same_guid_in_two_feeds_means_two_entries(store: Store) -> None:
    one, other = subscribed(store, "https://a.example/1", "https://b.example/1")
    store.ingest.apply(one, [a_new_entry(1)], now=NOW)
    second = a_new_entry(1, key="https://b.example/9", url="https://b.example/9")
    assert len(store.ingest.apply(other, [second], now=NOW).stories) == 1


def test_a_story_that_is_found_to_be_another_hands_over_its_recording_and_how_far_it_was_heard(store: Store) -> None:
    one, other = subscribed(store, "https://a.example/1", "https://a.example/2")
    (kept,) = store.ingest.apply(one, [a_new_entry(1)], now=NOW).stories
    recorded = a_new_entry(2, enclosures=(Enclosure(url="https://a.example/2.mp3", type="audio/mpeg"),))
    (folded,) = store.ingest.apply(other, [recorded], now=NOW).stories
    store.enclosures.set_position(1, store.enclosures.of([folded])[folded][0].id, 60)
    store.pages.apply([PageResult(story_id=folded, page="done", keys=(a_new_entry(1).key,))], now=NOW)
    (recording,) = store.enclosures.of([kept])[kept]
    assert (recording.url, recording.position_s) == ("https://a.example/2.mp3", 60)


def test_a_story_that_is_found_to_be_another_hands_over_what_readers_did_with_it(store: Store) -> None:
    one, other = subscribed(store, "https://a.example/1", "https://a.example/2")
    audio = (Enclosure(url="https://a.example/a.mp3", type="audio/mpeg"),)
    (kept,) = store.ingest.apply(one, [a_new_entry(1, enclosures=audio)], now=NOW).stories
    (folded,) = store.ingest.apply(other, [a_new_entry(2, enclosures=audio)], now=NOW).stories
    store.marks.set(1, "starred", [kept], NOW)
    store.marks.set(1, "read", [folded], NOW)
    store.marks.set(1, "starred", [folded], NOW + timedelta(hours=1))
    store.marks.set_tag(1, "both", [kept, folded])
    store.marks.set_tag(1, "ferries", [folded])
    store.enclosures.set_position(1, store.enclosures.of([folded])[folded][0].id, 60)
    store.pages.apply([PageResult(story_id=folded, page="done", keys=(a_new_entry(1).key,))], now=NOW)
    story = store.stories.get(kept)
    assert (story.is_read, story.is_starred, story.tags) == (True, True, ("both", "ferries"))
    assert [(e.url, e.position_s) for e in store.enclosures.of([kept])[kept]] == [("https://a.example/a.mp3", 60)]
    assert store.counts.unread_by_feed(1) == {}


def test_a_known_entry_may_gain_a_recording_and_keeps_one_whose_address_is_made_anew(store: Store) -> None:
    (feed,) = subscribed(store, "https://a.example/1")
    (story,) = store.ingest.apply(feed, [a_new_entry(1)], now=NOW).stories
    for token, said in enumerate(("new", "newer")):
        audio = Enclosure(url=f"https://a.example/1.mp3?visitor={token}", type="audio/mpeg")
        again = store.ingest.apply(feed, [a_new_entry(1, content_hash=said, enclosures=(audio,))], now=NOW)
        assert (again.entries, again.stories) == (0, ())
    assert [e.url for e in store.enclosures.of([story])[story]] == ["https://a.example/1.mp3?visitor=0"]


def test_an_entry_without_a_date_is_of_the_time_it_was_seen(store: Store) -> None:
    (feed,) = subscribed(store, "https://a.example/1")
    (story_id,) = store.ingest.apply(feed, [a_new_entry(1, published_at=None)], now=NOW).stories
    assert store.stories.get(story_id).published_at == NOW


def test_stories_of_a_removed_feed_stay_and_with_stories_they_do_not_come_back(store: Store) -> None:
    (feed,) = subscribed(store, "https://a.example/1")
    store.ingest.apply(feed, [a_new_entry(1)], now=NOW)
    store.feeds.remove("https://a.example/1", now=NOW)
    assert store.stories.count() == 1
    store.feeds.restore("https://a.example/1")
    store.feeds.remove("https://a.example/1", now=NOW, with_stories=True)
    assert store.stories.count() == 0
    (feed,) = subscribed(store, "https://a.example/1")
    result = store.ingest.apply(feed, [a_new_entry(1, guid="again")], now=NOW + timedelta(days=1))
    assert result.stories == ()
    assert store.stories.count() == 0
