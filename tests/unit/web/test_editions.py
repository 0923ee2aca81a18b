"""An edition is read back as it was written."""

from __future__ import annotations

from dataclasses import replace

from aggregator import render
from aggregator.app.app import App


def test_a_digest_survives_its_json(filled: App) -> None:
    digest = filled.digests.make(remember=False)
    again = render.digest_from_json(render.digest_json(digest))
    assert render.digest_json(again) == render.digest_json(digest)
    assert again.sections[0].events[0].sentences == digest.sections[0].events[0].sentences


def test_a_sentence_in_pieces_survives_its_json(filled: App) -> None:
    digest = filled.digests.make(remember=False)
    section, event = digest.sections[0], digest.sections[0].events[0]
    said = replace(event.sentences[0], text="The mayor said so.", spans=((3, 12), (40, 48)))
    digest = replace(digest, sections=(replace(section, events=(replace(event, sentences=(said,)),)),))
    again = render.digest_from_json(render.digest_json(digest))
    assert again.sections[0].events[0].sentences == (said,)


def test_an_old_edition_that_says_less_is_still_shown() -> None:
    tree = {
        "title": "Digest",
        "made": "2026-03-02T07:00:00Z",
        "since": "2026-03-01T07:00:00Z",
        "until": "2026-03-02T07:00:00Z",
    }
    assert render.digest_from_json(tree).sections == ()
