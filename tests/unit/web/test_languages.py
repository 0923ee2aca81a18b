"""The page in other languages: every word of ours is said in them, and stories keep their own."""

from __future__ import annotations

import re
from datetime import date, timedelta
from html.parser import HTMLParser

import pytest
from flask import g

from aggregator.app.app import App
from aggregator.text.tongue import LANGUAGES, tongue_of
from aggregator.web import create_app
from tests.support.tongues import PSEUDO, unmarked
from tests.unit.web.conftest import Visitor

PAGES = (
    "/", "/events/1", "/events/2", "/stories/1", "/stories/2", "/stories/4", "/topics", "/topics/Storms", "/starred", "/feeds",
    "/feeds/1", "/folders/World", "/digests", "/digests/1", "/outlets", "/outlets?period=day", "/outlets/1", "/search",
    "/search?q=storm", "/search?q=title:(", "/settings", "/keys", "/nowhere", "/events/99",
)  # fmt: skip
SPOKEN = ("aria-label", "placeholder", "alt", "title")
NAMES = frozenset(
    # Ours, and other programs': no language has other words for them.
    ["aggregator", "Atom", "JSON", "Feed", "OPML", "Enter", "example", "org"]
    + ["Google", "Reader", "Miniflux", "Fever", "Nextcloud", "News"]
    + [name for language in LANGUAGES.values() for name in language.split()]
)


class Visible(HTMLParser):
    """What a reader of a page sees or hears of it, without commands to type and keys to press."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.texts: list[str] = []
        self._hidden: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag, attrs):
        self.texts += [value or "" for name, value in attrs if name in SPOKEN]
        if tag in ("code", "kbd", "pre", "script", "style"):
            self._hidden.append(tag)

    def handle_endtag(self, tag):
        if self._hidden and self._hidden[-1] == tag:
            self._hidden.pop()

    def handle_data(self, data):
        if not self._hidden:
            self.texts.append(data)


def words(text: str) -> set[str]:
    return set(re.findall(r"[^\W\d_]{2,}", text))


@pytest.fixture
def busy(filled: App) -> App:
    """With a topic, an edition, a failing feed, a star: so that every part of every page is there."""
    filled.topics.add("Storms", "storm")
    filled.digests.make(remember=True)
    filled.marks.star(1, 1)
    return filled


def visit_in(tongue, app: App) -> Visitor:
    flask = create_app(app)
    flask.testing = True
    flask.before_request(lambda: setattr(g, "tongue", tongue))
    return Visitor(flask.test_client())


def days() -> set[str]:
    """Days and months of the tongue that the pseudo language is made from; they come from the CLDR, not from the catalogue."""
    year = (date(2026, 1, 1) + timedelta(days=n) for n in range(365))
    return words(" ".join(PSEUDO.day(day) for day in year))


def readers_own(app: App) -> set[str]:
    """The words of stories, outlets, feeds and topics: data, in whatever language they are."""
    stories = [app.store.stories.get(n) for n in range(1, 5)]
    told = [f"{s.title} {s.text} {s.outlet} {s.copy_reason}" for s in stories]
    told += [f"{f.title} {f.url} {' '.join(f.folder)}" for f in app.feeds.all()]
    told += [m.reason or "" for n in (1, 2) for m in app.reading.event(n).members]
    return words(" ".join([*told, "Storms storm title"]))


@pytest.mark.parametrize("path", PAGES)
def test_every_word_of_ours_goes_through_the_catalogue(busy: App, path: str) -> None:
    html = visit_in(PSEUDO, busy).get(path).text
    outside = words(unmarked(" ".join(Visible(html).texts)))
    assert outside - readers_own(busy) - NAMES - days() == set()


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_page_can_be_said_in_every_language(busy: App, lang: str) -> None:
    visitor = visit_in(tongue_of(lang), busy)
    for path in PAGES:
        answer = visitor.get(path)
        assert answer.status_code in (200, 400, 404), (path, answer.status_code)
        assert f'<html lang="{lang}"' in answer.text
        assert ('dir="rtl"' in answer.text.split("<head>")[0]) == (lang == "ar")


def test_the_browser_is_heard_and_the_readers_own_choice_goes_before_it(visitor: Visitor) -> None:
    ask = {"headers": {"Accept-Language": "fr, pt-BR;q=0.8, en;q=0.5"}}
    assert '<html lang="pt"' in visitor.get("/", **ask).text
    assert visitor.get("/", **ask).headers["Vary"].count("Accept-Language") == 1
    visitor.post("/settings/language", at="/settings", language="ar")
    assert '<html lang="ar" dir="rtl"' in visitor.get("/", **ask).text
    visitor.post("/settings/language", at="/settings", language="")
    assert '<html lang="pt"' in visitor.get("/", **ask).text


def test_a_language_that_we_do_not_speak_is_refused(visitor: Visitor) -> None:
    assert visitor.post("/settings/language", at="/settings", language="tlh").status_code == 400
    assert '<html lang="en"' in visitor.get("/").text


def test_json_is_the_same_in_every_language(busy: App) -> None:
    for path in ("/", "/events/1", "/topics/Storms", "/outlets"):
        said = {
            visit_in(tongue_of(lang), busy).get(f"{path}{'&' if '?' in path else '?'}format=json").text
            for lang in LANGUAGES
        }
        assert len(said) == 1, path


def test_a_storys_words_keep_their_language_on_a_page_in_another(busy: App) -> None:
    with busy.store.write():
        busy.store.connections.run("UPDATE stories SET lang = 'en' WHERE id = 1")
    html = visit_in(tongue_of("ar"), busy).get("/stories/1").text
    assert '<html lang="ar" dir="rtl">' in html
    assert '<div class="text" dir="auto" lang="en">' in html
    assert '<h1 class="headline" dir="auto" lang="en">' in html


def test_what_was_done_is_said_in_the_readers_language(busy: App) -> None:
    visitor = visit_in(tongue_of("es"), busy)
    answer = visitor.post("/stories/3/star", at="/stories/3")
    assert "Destacada." in visitor.get(answer.headers["Location"]).text
