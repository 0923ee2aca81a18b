"""Podcasts and posts from feed to page: players, pieces, chapters, places, pictures, and what other programs are told."""

from __future__ import annotations

import io
import json
import re
import wave
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import msgspec
import pytest
from selenium.webdriver.support.ui import WebDriverWait

from aggregator.app.app import App, open_app
from aggregator.app.polling import PollOptions
from aggregator.config import WebConfig
from aggregator.model import FeedSpec
from aggregator.render.syndication import atom_lines, json_feed, story_entry
from aggregator.web.security import HEADERS
from tests.support.browser import axe_violations, chromium
from tests.support.building import NOW
from tests.support.http_server import Asked, Reply, Server
from tests.support.newsroom import loopback
from tests.support.serving import served
from tests.unit.web.conftest import Visitor, visit

SAMPLES = Path(__file__).parents[1] / "data" / "feeds"
SOUND = bytes(range(256)) * 8192  # 2 MiB
XML = (("Content-Type", "application/xml"),)
CHAPTERS = {"chapters": [{"startTime": 754.2, "title": "The bill"}, {"startTime": 0, "title": "<b>Hello</b>"},
                         {"startTime": "soon", "title": "No"}, {"startTime": 5, "title": "Hidden", "toc": False}]}  # fmt: skip


def sound(asked: Asked) -> Reply:
    return part_of(SOUND, "audio/mpeg", asked)


def part_of(whole: bytes, kind: str, asked: Asked) -> Reply:
    """What a server of recordings answers: the piece that is wanted."""
    first, _, last = asked.headers.get("range", "bytes=0-").removeprefix("bytes=").partition("-")
    data = whole[int(first) : int(last) + 1 if last else None]
    told = f"bytes {first}-{int(first) + len(data) - 1}/{len(whole)}"
    return Reply(status=206, body=data, headers=(("Content-Type", kind), ("Content-Range", told)))


@dataclass
class House:
    app: App
    visitor: Visitor
    server: Server
    routes: dict[str, Reply | Callable[[Asked], Reply]]

    def page(self, story: int, query: str = "") -> str:
        return self.visitor.get(f"/stories/{story}{query}").text

    def story(self, title: str) -> int:
        return next(s.id for s in self.app.reading.stories() if title in (s.title or ""))


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    elsewhere = Reply(status=302, headers=(("Location", "/there.mp3"),))
    routes: dict[str, Reply | Callable[[Asked], Reply]] = {"/12.mp3": elsewhere, "/there.mp3": sound, "/12.json": Reply(body=json.dumps(CHAPTERS).encode()),
              "/posts": Reply(body=(SAMPLES / "mastodon_posts.xml").read_bytes(), headers=XML)}  # fmt: skip
    with Server(routes) as server:
        podcast = (SAMPLES / "podcast_recordings.xml").read_bytes()
        podcast = re.sub(rb"https://(media\.)?talk\.example/", server.url("/").encode(), podcast)
        routes["/podcast"] = Reply(body=podcast, headers=XML)
        with open_app(loopback(), db=tmp_path / "a.db", clock=lambda: NOW) as app:
            app.feeds.add([FeedSpec(url=server.url("/podcast")), FeedSpec(url=server.url("/posts"))])
            assert app.polling.poll(PollOptions(pages=False)).failed == []
            yield House(app, visit(app), server, routes)


def player(page: str) -> tuple[str, str]:
    """The addresses of the recording and of where its place is kept."""
    found = re.search(r'<audio controls preload="none" src="(/recordings/[^"]+)" data-position="([^"]+)"', page)
    assert found
    return found[1], found[2]


def test_a_recording_is_played_from_our_own_address_piece_by_piece(house: House) -> None:
    page = house.page(house.story("Who pays"))
    assert "48:10" in page
    assert not re.search(r'\ssrc="(?!/)', page)
    assert "media-src 'self'" in HEADERS["Content-Security-Policy"]
    assert not any(asked.path.endswith(".mp3") for asked in house.server.asked)  # nothing before it is played
    source, _ = player(page)
    heard = b""
    while len(heard) < len(SOUND):
        answer = house.visitor.get(source, headers={"Range": f"bytes={len(heard)}-"})
        assert answer.status_code == 206
        last = len(heard) + len(answer.data) - 1
        assert answer.headers["Content-Range"] == f"bytes {len(heard)}-{last}/{len(SOUND)}"
        assert len(answer.data) <= 2**20
        heard += answer.data
    assert heard == SOUND
    assert house.visitor.get(source, headers={"Range": f"bytes={len(SOUND)}-"}).status_code == 416


def test_an_address_that_we_did_not_make_is_not_fetched(house: House) -> None:
    source, _ = player(house.page(house.story("Who pays")))
    before = len(house.server.asked)
    assert house.visitor.get(source[:-1] + ("0" if source[-1] != "0" else "1")).status_code == 404
    another = re.sub(r"/recordings/(\d+)-", lambda found: f"/recordings/{int(found[1]) % 2 + 1}-", source)
    assert house.visitor.get(another).status_code == 404
    assert len(house.server.asked) == before


def test_the_place_is_kept_for_each_reader_and_shown(house: House) -> None:
    story = house.story("Who pays")
    _, position = player(house.page(story))
    assert house.visitor.post(position, seconds="760.4").status_code == 204
    page = house.page(story)
    assert "12:40 of 48:10" in page
    assert "#t=760" in player(page)[0]
    (kept,) = house.app.store.enclosures.of([story], reader_id=1)[story]
    assert kept.position_s == 760
    assert house.visitor.post(position, seconds="nan").status_code == 400
    assert house.visitor.post(position, seconds="1e999").status_code == 204  # beyond any end


def test_chapters_are_asked_for_once_and_jump(house: House) -> None:
    story = house.story("Who pays")
    assert "The bill" not in house.page(story)
    page = house.page(story, "?chapters=1")
    assert page.index("&lt;b&gt;Hello") < page.index("The bill")
    assert re.search(r'<a href="/recordings/[^"]+#t=754" data-at="754">12:34</a>', page)
    assert "Hidden" not in page
    house.page(story, "?chapters=1")
    assert [asked.path for asked in house.server.asked].count("/12.json") == 1


def test_where_recordings_are_off_the_page_links_to_them(house: House) -> None:
    source, _ = player(house.page(house.story("Who pays")))
    house.app.config = msgspec.structs.replace(house.app.config, web=WebConfig(recordings=False))
    page = house.page(house.story("Who pays"))
    assert "<audio" not in page
    assert house.server.url("/12.mp3") in page
    assert house.visitor.get(source).status_code == 404


def test_posts_have_headlines_and_their_pictures_are_described(house: House) -> None:
    late, hurt = house.story("The 07:40 boat is late."), house.story("Content warning: accident")
    assert house.app.store.stories.get(late).page == "none"
    page = house.page(late)
    assert "A white boat that can hardly be seen in the fog" in page
    assert "<img" not in page
    assert "A deckhand was hurt" in house.page(hurt)
    house.app.config = msgspec.structs.replace(house.app.config, web=WebConfig(images=True))
    assert re.search(r'<img src="/images/e\d+-[0-9a-f]{32}" alt="A white boat', house.page(late))


def test_other_programs_are_told_of_the_recording(house: House) -> None:
    story = house.story("Who pays")
    row = house.visitor.get(f"/stories/{story}", headers={"Accept": "application/json"}).json
    assert [(e["type"], e["duration_s"]) for e in row["enclosures"]] == [("audio/mpeg", 2890)]
    entry = story_entry(row)
    assert 'rel="enclosure"' in "".join(atom_lines([entry], title="x", feed_id="x", empty_at=""))
    assert json_feed([entry], title="x")["items"][0]["attachments"][0]["duration_in_seconds"] == 2890
    (told,) = house.app.clients.entries([64 * story], reader_id=1)
    assert told.enclosures[0].url == house.server.url("/12.mp3")


def test_chapters_that_did_not_come_are_asked_for_again(house: House) -> None:
    story = house.story("Who pays")
    come = house.routes["/12.json"]
    house.routes["/12.json"] = Reply(status=503)
    assert "The bill" not in house.page(story, "?chapters=1")
    house.routes["/12.json"] = come
    assert "The bill" in house.page(story, "?chapters=1")


def test_chapters_that_keep_failing_are_left_alone_for_a_while_longer_each_time(house: House) -> None:
    story = house.story("Who pays")
    house.routes["/12.json"] = Reply(status=503)
    now = [0.0]
    recordings = replace(house.app.recordings, monotonic=lambda: now[0])

    def asked_at(second: float) -> int:
        now[0] = second
        before = len(house.server.asked)
        recordings.of(story, reader_id=1, with_chapters=True)
        return len(house.server.asked) - before

    assert [asked_at(second) for second in (0, 1, 2, 60, 62, 120, 181, 190)] == [1, 1, 0, 0, 1, 0, 0, 1]


def test_a_recording_that_a_known_entry_gains_is_played(house: House) -> None:
    late = "<rss version='2.0'><channel><title>Late</title><item><title>Night ferry</title><guid>n</guid>{}</item></channel></rss>"
    house.routes["/late"] = Reply(body=late.format("").encode(), headers=XML)
    house.app.feeds.add([FeedSpec(url=house.server.url("/late"))])
    house.app.polling.poll(PollOptions(pages=False, force=True))
    assert "<audio" not in house.page(house.story("Night ferry"))
    house.routes["/late"] = Reply(body=late.format("<enclosure url='/n.mp3' type='audio/mpeg'/>").encode(), headers=XML)
    house.app.polling.poll(PollOptions(pages=False, force=True))
    assert "<audio" in house.page(house.story("Night ferry"))


def test_in_a_browser_a_chapter_plays_and_the_place_is_kept(house: House, tmp_path: Path) -> None:
    story = house.story("Who pays")
    house.app.recordings.of(story, reader_id=1, with_chapters=True)
    house.server.routes["/there.mp3"] = a_quarter_of_an_hour  # type: ignore[index] # the routes are this test's own
    with served(house.app) as address, chromium(tmp_path / "profile", network=True) as driver:
        driver.get(f"{address}/stories/{story}")
        assert axe_violations(driver) == []
        driver.find_element("css selector", "[data-at='754']").click()
        heard = "const a = document.querySelector('audio'); return a.currentTime > 754.5"
        WebDriverWait(driver, 20).until(lambda d: d.execute_script(heard))
        driver.execute_script("document.querySelector('audio').pause()")
        WebDriverWait(driver, 10).until(lambda _d: house.app.recordings.of(story, reader_id=1)[0].position_s >= 754)
        asked = [json.loads(line["message"])["message"] for line in driver.get_log("performance")]
        urls = [m["params"]["request"]["url"] for m in asked if m["method"] == "Network.requestWillBeSent"]
        assert any("/recordings/" in url for url in urls)
        assert [url for url in urls if url.startswith("http") and not url.startswith(address)] == []


def a_quarter_of_an_hour(asked: Asked) -> Reply:
    """Silence, as a browser can play it."""
    file = io.BytesIO()
    with wave.open(file, "wb") as silence:
        silence.setnchannels(1)
        silence.setsampwidth(1)
        silence.setframerate(8000)
        silence.writeframes(bytes([128]) * 8000 * 900)
    return part_of(file.getvalue(), "audio/wav", asked)
