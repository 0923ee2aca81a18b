"""Who was first, who copies whom, what only they had; and what an outlet changed in a story."""

from __future__ import annotations

import html
import re

from aggregator.app.app import App
from tests.unit.web.conftest import Visitor


def words(text: str) -> str:
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", text)).split())


def test_the_report_says_who_was_first_who_copied_and_who_was_alone(visitor: Visitor) -> None:
    value = visitor.get("/outlets?period=day&format=json").get_json()
    rows = {row["outlet"]: row for row in value["outlets"]}
    assert (rows["The Courier"]["first"], rows["The Courier"]["own"]) == (1, 1)
    assert (rows["The Post"]["first"], rows["The Post"]["own"], rows["The Post"]["stories"]) == (0, 0, 1)
    assert (rows["The Radio"]["alone"], rows["The Radio"]["events"]) == (1, 2)
    assert value["copies"] == [{"copier": "The Post", "source": "The Courier", "stories": 1}]


def test_an_outlets_page_shows_its_events(visitor: Visitor) -> None:
    rows = {r["outlet"]: r["id"] for r in visitor.get("/outlets?format=json").get_json()["outlets"]}
    radio = visitor.get(f"/outlets/{rows['The Radio']}").text
    assert "Nobody else had" in radio
    assert 'href="/events/2"' in radio
    courier = visitor.get(f"/outlets/{rows['The Courier']}")
    assert "Is copied" in courier.text
    assert "The Post from The Courier" in words(courier.text)
    assert visitor.get("/outlets/999").status_code == 404
    assert visitor.get("/outlets?period=%3Cscript%3E").status_code == 200


def test_a_change_is_shown_word_by_word_and_its_silence_is_said(visitor: Visitor, filled: App) -> None:
    filled.store.connections.run(
        "INSERT INTO revisions (story_id, number, seen_at, replaced_at, title, text, text_hash, what_changed)"
        " VALUES (1, 1, '2026-03-02T07:00:00Z', '2026-03-02T09:00:00Z', 'Storm cuts power to 200,000 homes',"
        " 'A storm cut power. Trains <b>stand</b> still.' || char(10) || char(10) || 'More on Monday.', 'x', '[\"headline\"]')"
    )
    text = visitor.get("/stories/1").text
    assert "changed <b>1</b> time" in text
    assert "<del>200,000</del> <ins>300,000</ins>" in text
    assert "<del>Monday.</del> <ins>Tuesday.</ins>" in text
    assert "&lt;b&gt;stand&lt;/b&gt;" in text
    assert "without a word" in text
    assert "What was changed" not in visitor.get("/stories/2").text
