"""What a reader finds on each page, without scripts."""

from __future__ import annotations

import io
import re
from datetime import timedelta
from html import unescape
from html.parser import HTMLParser
from pathlib import Path

import pytest

from aggregator.app.app import App, open_app
from aggregator.config import Config
from aggregator.model import CopyMatch, EventAssignment, FeedSpec
from aggregator.parse import parse_feed
from aggregator.render.rows import feed_row
from tests.support.building import NOW, a_new_entry
from tests.unit.web.conftest import Visitor, fill, visit

PAGES = (
    "/", "/events/1", "/events/2", "/stories/1", "/stories/2", "/stories/3?at=0&n=29", "/stories/4", "/feeds", "/feeds/1",
    "/folders/World", "/digests", "/digests/1", "/search", "/search?q=storm", "/search?q=%28storm", "/starred", "/keys", "/topics", "/topics/Weather",
    "/settings", "/outlets", "/outlets?period=day", "/outlets/1", "/nowhere", "/events/999",
)  # fmt: skip


class Outline(HTMLParser):
    """The elements of a page, to see that it is well made."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.open: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag not in ("meta", "link", "input", "br", "rect", "line"):
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open
        assert self.open.pop() == tag

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))


@pytest.mark.parametrize("path", PAGES)
def test_every_page_is_well_formed_small_and_runs_nothing_of_its_own(visitor: Visitor, filled: App, path: str) -> None:
    filled.digests.make(name="morning")
    filled.topics.add("Weather", "storm")
    answer = visitor.get(path)
    outline = Outline(answer.text)
    assert not outline.open
    assert len(answer.data) < 150_000
    ids = [attrs["id"] for _, attrs in outline.tags if "id" in attrs]
    assert len(ids) == len(set(ids))
    assert sum(tag == "h1" for tag, _ in outline.tags) == 1
    for tag, attrs in outline.tags:
        assert "style" not in attrs
        assert not any(name.startswith("on") for name in attrs)
        assert tag not in ("style", "iframe", "img")
        for name in ("src", "href"):
            if tag in ("script", "link"):
                assert (attrs.get(name) or "/").startswith("/")
        if (attrs.get("href") or "").startswith("http"):
            assert attrs["rel"] == "noopener noreferrer"
    assert "<script>alert" not in answer.text


def test_the_front_page_tells_the_shared_event_first_with_its_numbers(visitor: Visitor) -> None:
    text = visitor.get("/").text
    assert text.index("Storm cuts power") < text.index("إضراب القطارات")
    assert "<b>3</b> outlets" in text
    assert "<b>2</b> independent reports" in text
    assert "first: The Courier" in text
    assert 'href="/events/1"' in text


def test_the_event_page_folds_the_copy_under_its_original_and_says_why(visitor: Visitor) -> None:
    text = visitor.get("/events/1").text
    assert "<b>2</b> reports" in text
    assert "<b>1</b> more outlet: The Post" in text
    assert "the same two sentences" in text
    assert "the same storm" in text
    assert "Not the same" in text
    assert '<title id="timeline-title">' in text
    assert text.count('class="copy"') == 2  # a hollow dot and its row in the table


def test_a_text_that_its_own_outlet_published_again_is_in_no_other_outlet(filled: App) -> None:
    filled.store.connections.run(
        "UPDATE stories SET outlet_id = (SELECT outlet_id FROM stories WHERE id = 1) WHERE id = 2"
    )
    text = visit(filled).get("/events/1").text
    assert "Same text in <b>1</b> more story: The Courier" in text
    assert "more outlet" not in text


def test_what_is_new_is_new_since_the_reader_looked(tmp_path: Path) -> None:
    now = [NOW]
    with open_app(Config(timezone="UTC"), db=tmp_path / "a.db", clock=lambda: now[0]) as app:
        fill(app)
        visitor, home = visit(app), app.store.stories.key(1)
        assert visitor.post("/events/1/seen").status_code == 204
        assert "New since" not in visitor.get("/events/1").text
        now[0] += timedelta(hours=2)
        said = "Two people died in the harbour of Skerry, the police said on Monday. A storm cut power."
        story = a_new_entry(
            9, title="Two die in the storm", text=said, published_at=now[0], outlet_key="tribune", outlet_name="Tribune"
        )
        app.store.ingest.apply(1, [story], now=now[0])
        decided = EventAssignment(id=story.key, event=home, probability=0.9, nearest=home, reason="x")
        app.store.decisions.apply(features={}, copies={}, events={story.key: decided})
        assert f'New since <time datetime="{NOW:%Y-%m-%dT%H:%M:%SZ}">12:00</time>' in visitor.get("/events/1").text
        assert not app.reading.story(1).is_read


def test_an_event_of_hundreds_of_stories_goes_on_from_page_to_page(filled: App) -> None:
    originals, copies = 130, 260
    feed, keys, at = filled.feeds.all()[0].id, [], NOW - timedelta(days=1)
    for n in range(1000, 1000 + originals + copies):
        title = f"Storm number {n} {'that cut power along the whole of the coast ' * 3}"
        story = a_new_entry(
            n, title=title, text=f"Report {n}. " + "It rained. " * 40, published_at=at + timedelta(minutes=n % 600)
        )
        filled.store.ingest.apply(feed, [story], now=NOW)
        keys.append(story.key)
    reason = "both tell of the storm on the coast and of 300,000 homes without power on Monday"
    filled.store.decisions.apply(
        features={},
        copies={
            k: CopyMatch(id=k, copy_of=keys[n % 3], kind="near", score=0.9, reason=reason)
            for n, k in enumerate(keys[originals:])
        },
        events={k: EventAssignment(id=k, event=keys[0], probability=0.8, nearest=keys[0], reason=reason) for k in keys},
    )
    visitor, path, seen = visit(filled), f"/events/{max(filled.store.events.each(), key=lambda e: e.stories).id}", []
    while path:
        answer = visitor.get(path)
        assert len(answer.data) < 150_000
        found = re.findall(r'class="report[^>]* id="story-(\d+)"', answer.text)
        assert found
        assert answer.text.count("Not the same:") == len(found)
        seen += found
        following = re.search(r'rel="next" href="([^"]+)"', answer.text)
        path = unescape(following[1]) if following else ""
    assert len(seen) == len(set(seen)) == originals


def test_a_quoted_sentence_is_marked_in_its_story(visitor: Visitor) -> None:
    assert '<mark id="said">A storm cut power.</mark>' in visitor.get("/stories/1?at=0&n=18").text
    assert "<mark" not in visitor.get("/stories/1?at=-5&n=9").text


def test_a_copy_names_its_original_and_its_event(visitor: Visitor) -> None:
    text = visitor.get("/stories/2").text
    assert 'Copy of <a href="/stories/1"' in text
    assert 'href="/events/1"' in text


def test_the_headline_of_a_strange_address_is_no_link(filled: App) -> None:
    filled.store.connections.run("UPDATE stories SET url = 'javascript:alert(1)'")
    for path in ("/", "/events/1", "/stories/1", "/feeds/1"):
        assert "javascript:" not in visit(filled).get(path).text


@pytest.mark.parametrize(("lang", "told"), [("en", "There is no event 999"), ("ar", "لا يوجد حدث 999")])
def test_a_page_that_is_not_there_sends_nobody_to_a_shell(visitor: Visitor, lang: str, told: str) -> None:
    text = visitor.get("/events/999", headers={"Accept-Language": lang}).text
    assert f">{told}</p>" in text


def test_every_page_has_a_twin_in_json(visitor: Visitor) -> None:
    event = visitor.get("/events/1?format=json").get_json()
    assert [m["id"] for m in event["members"]] == [1, 2, 3]
    front = visitor.get("/", headers={"Accept": "application/json"}).get_json()
    assert front["sections"][0]["events"][0]["event"] == 1
    assert visitor.get("/nowhere?format=json").get_json()["status"] == 404
    assert visitor.get("/events/999?format=json").get_json()["why"] == "There is no event 999; see: aggregator events"
    assert visitor.get("/stories/1?format=json").get_json()["text"].startswith("A storm")


def test_marking_an_event_read_marks_its_stories_and_can_be_undone(visitor: Visitor, filled: App) -> None:
    answer = visitor.post("/events/1/read")
    assert answer.status_code == 303
    said = visitor.get(answer.headers["Location"]).text
    assert "Marked read, with all its stories." in said
    assert 'class="event large lead is-read"' in said
    assert all(filled.reading.story(n).is_read for n in (1, 2, 3))
    visitor.post("/undo/1")
    assert not any(filled.reading.story(n).is_read for n in (1, 2, 3))
    assert "Marked read" not in visitor.get(answer.headers["Location"]).text


def test_what_was_read_before_stays_read_when_the_event_is_undone(visitor: Visitor, filled: App) -> None:
    visitor.post("/stories/1/read")
    visitor.post("/events/1/read")
    visitor.post("/undo/2")
    assert [filled.reading.story(n).is_read for n in (1, 2, 3)] == [True, False, False]


def test_a_starred_story_is_listed_until_its_star_is_taken_off(visitor: Visitor) -> None:
    visitor.post("/stories/3/star")
    assert "Storm: &lt;script" in visitor.get("/starred").text
    visitor.post("/stories/3/unstar")
    assert "Nothing is starred yet" in visitor.get("/starred").text


def test_a_muted_event_leaves_the_front_page(visitor: Visitor) -> None:
    visitor.post("/events/1/mute")
    assert 'href="/events/1"' not in visitor.get("/").text
    visitor.post("/undo/1")
    assert 'href="/events/1"' in visitor.get("/").text


def test_all_events_shown_are_marked_read_by_one_button(visitor: Visitor, filled: App) -> None:
    visitor.post("/events/read", events="1,2,")
    assert all(filled.reading.story(n).is_read for n in (1, 2, 3, 4))


def test_without_subscriptions_the_page_says_how_to_begin(app: App) -> None:
    visitor = visit(app)
    text = visitor.get("/").text
    assert "What do you read?" in text
    opml = b'<opml version="2.0"><body><outline type="rss" text="C" xmlUrl="https://c.example/f"/></body></opml>'
    answer = visitor.client.post(
        "/feeds/import",
        base_url="http://localhost",
        data={"csrf": visitor.token(), "back": "/", "opml": (_file(opml), "a.opml")},
    )
    assert answer.status_code == 303
    assert "<b>1</b> feed asked" in visitor.get("/").text.replace("0 of ", "")
    assert app.feeds.all()[0].url == "https://c.example/f"


def test_the_starter_set_is_one_button(app: App) -> None:
    visit(app).post("/feeds/starter")
    assert len(app.feeds.all()) >= 40


def test_a_file_that_is_no_list_is_refused_in_one_line(app: App) -> None:
    visitor = visit(app)
    answer = visitor.client.post(
        "/feeds/import",
        base_url="http://localhost",
        data={"csrf": visitor.token(), "opml": (_file(b"no list"), "a.opml")},
    )
    assert answer.status_code == 400
    assert 'role="alert"' in answer.text
    assert not app.feeds.all()


def test_an_address_that_is_none_is_said_at_the_form(visitor: Visitor) -> None:
    answer = visitor.post("/feeds/add", address="ftp://example.org/")
    assert answer.status_code == 400
    assert "is no web address" in answer.text


def test_a_removed_feed_comes_back_from_the_line_that_says_so(visitor: Visitor, filled: App) -> None:
    answer = visitor.post("/feeds/remove", at="/feeds", url="https://post.example/feed")
    text = visitor.get(answer.headers["Location"]).text
    assert "The Post" not in text.split("</form>", 2)[2]
    assert "Its stories stay." in text
    visitor.post("/feeds/restore", at="/feeds", url="https://post.example/feed")
    assert len(filled.feeds.all()) == 3


def test_a_failing_feed_says_since_when_and_why(filled: App) -> None:
    filled.store.connections.run(
        "UPDATE feeds SET failures = 4, last_error = 'no answer', last_ok_at = ?", ("2026-02-28T10:00:00Z",)
    )
    text = visit(filled).get("/feeds").text
    assert "<b>4</b> times since" in text
    assert "no answer" in text


def test_an_edition_is_shown_as_it_was_made(visitor: Visitor, filled: App) -> None:
    filled.digests.make(name="morning")
    assert "morning" in visitor.get("/digests").text
    text = visitor.get("/digests/1").text
    assert "Storm cuts power to 300,000 homes" in text
    assert visitor.get("/digests/1?format=json").get_json()["counts"]["events"] == 2


def test_a_topic_is_followed_and_shows_its_events_with_the_reason(visitor: Visitor, filled: App) -> None:
    answer = visitor.post("/topics/add", at="/topics", name="Weather", query="storm")
    text = visitor.get(answer.headers["Location"]).text
    assert 'href="/events/1"' in text
    assert "original stories match" in text
    assert 'href="/topics/Weather"' in visitor.get("/").text
    visitor.post("/topics/remove", at="/topics", name="Weather")
    assert not filled.topics.all()


def test_a_topic_gets_another_name_and_query(visitor: Visitor, filled: App) -> None:
    filled.topics.add("Weather", "storm")
    filled.topics.add("Trains", "train")
    answer = visitor.post("/topics/change", at="/topics/Weather", name="Weather", to="Strikes", query="إضراب")
    assert 'href="/events/2"' in visitor.get(answer.headers["Location"]).text
    assert [(t.name, t.query) for t in filled.topics.all()] == [("Strikes", "إضراب"), ("Trains", "train")]
    for to, query in (("Trains", "x"), ("Strikes", "(x"), ("", "x"), ("Strikes", "")):
        refused = visitor.post("/topics/change", at="/topics/Strikes", name="Strikes", to=to, query=query)
        assert refused.status_code == 400
        assert 'role="alert"' in refused.text
    assert visitor.post("/topics/change", at="/topics", name="Nothing", to="x", query="x").status_code == 404
    assert filled.topics.get("Strikes").query == "إضراب"


def test_a_topic_is_a_feed_for_other_readers(visitor: Visitor, filled: App) -> None:
    filled.topics.add("Weather", "storm")
    atom = visitor.get("/out/topics/Weather.atom")
    assert atom.mimetype == "application/atom+xml"
    feed = parse_feed(atom.data, url="http://localhost/out/topics/Weather.atom")
    assert (feed.title, [e.link for e in feed.entries]) == ("Weather", ["http://127.0.0.1:8080/events/1"])
    answer = visitor.get("/out/topics/Weather.json")
    assert answer.mimetype == "application/feed+json"
    assert [item["url"] for item in answer.get_json()["items"]] == ["http://127.0.0.1:8080/events/1"]


def test_a_topic_has_a_digest_of_its_own(filled: App) -> None:
    filled.topics.add("Weather", "storm")
    made = filled.digests.make(topic="Weather", name="topic Weather", since=NOW - timedelta(days=1))
    assert made.title == "Weather"
    assert [e.event_id for s in made.sections for e in s.events] == [1]


def test_a_topic_whose_query_is_wrong_is_refused_with_the_place(visitor: Visitor, filled: App) -> None:
    answer = visitor.post("/topics/add", at="/topics", name="Weather", query="(storm")
    assert answer.status_code == 400
    assert "^</pre>" in answer.text
    assert not filled.topics.all()


def test_a_query_that_cannot_be_understood_shows_where(visitor: Visitor) -> None:
    answer = visitor.get("/search?q=%28storm")
    assert answer.status_code == 400
    assert 'role="alert"' in answer.text


def test_long_lists_go_on_by_key(filled: App) -> None:
    feed = filled.feeds.all()[0]
    for n in range(10, 130):
        filled.store.ingest.apply(feed.id, [a_new_entry(n)], now=NOW)
    visitor, path, seen = visit(filled), f"/feeds/{feed.id}?format=json", []
    after = None
    while True:
        page = visitor.get(path + (f"&after={after}" if after else "")).get_json()
        seen += [s["id"] for s in page["stories"]]
        after = page["more"]
        if not after:
            break
    assert len(seen) == len(set(seen)) == 121
    assert visitor.get(f"/feeds/{feed.id}?after=nonsense").status_code == 400


def test_subscriptions_leave_as_opml(visitor: Visitor) -> None:
    answer = visitor.get("/feeds.opml")
    assert answer.headers["Content-Disposition"].startswith("attachment")
    assert b"https://post.example/feed" in answer.data


def test_the_first_poll_shows_how_far_it_is(app: App) -> None:
    app.feeds.add([FeedSpec(url="https://a.example/feed")])
    text = visit(app).get("/").text
    assert "0 of <b>1</b> feed asked" in text
    assert "aggregator run" in text


def test_an_event_that_went_into_another_is_found_there(visitor: Visitor, filled: App) -> None:
    filled.store.connections.run("UPDATE events SET merged_into = 1 WHERE id = 2")
    filled.store.connections.run("UPDATE stories SET event_id = 1")
    answer = visitor.get("/events/2?all=1")
    assert (answer.status_code, answer.headers["Location"]) == (301, "/events/1?all=1")


def test_the_page_breaks_politely(filled: App, monkeypatch: pytest.MonkeyPatch) -> None:
    flask_page = visit(filled)
    flask_page.client.application.testing = False
    filled.store.connections.run("ALTER TABLE events RENAME TO events_gone")
    answer = flask_page.get("/")
    assert answer.status_code == 503
    assert "Traceback" not in answer.text


def _file(data: bytes) -> io.BytesIO:
    return io.BytesIO(data)


def test_static_files_may_be_kept_because_their_address_changes_with_them(visitor: Visitor) -> None:
    text = visitor.get("/").text
    start = text.index("/static/page.css?v=")
    sheet = visitor.get(text[start : start + 31])
    assert "immutable" in sheet.headers["Cache-Control"]
    assert sheet.text.startswith("/*")


def test_a_folder_with_a_slash_in_its_name_is_another_than_a_folder_in_a_folder(visitor: Visitor, filled: App) -> None:
    filled.store.feeds.put(1, ("Deep/er",))
    filled.store.feeds.put(2, ("Deep", "er"))
    listed = visitor.get("/feeds").text
    for path, is_the_first in ((r"Deep%5C/er", True), ("Deep/er", False)):
        assert f'href="/folders/{path}"' in listed
        shown = visitor.get(f"/folders/{path}").text
        assert ("Storm cuts power" in shown, "Storm leaves" in shown) == (is_the_first, not is_the_first)
    assert sorted(feed_row(f)["folder"] for f in filled.feeds.all())[:2] == ["Deep/er", r"Deep\/er"]
