"""Every sentence of a digest is found again, or what became of it is said."""

from __future__ import annotations

from dataclasses import replace

from aggregator.digest import verify
from tests.support.digests import a_digest, a_quake


def texts():
    return {str(s.id): s.text for s in a_quake().stories}


def kinds(stored):
    return {m.kind for m in verify(a_digest(), stored.get)}


def test_an_untouched_store_has_every_sentence() -> None:
    assert kinds(texts()) == set()


def test_a_story_that_is_gone_is_named() -> None:
    assert kinds({}) == {"gone"}


def test_an_edit_elsewhere_in_the_text_is_told_from_a_moved_and_a_missing_sentence() -> None:
    assert kinds({k: f"{v} One more line." for k, v in texts().items()}) == {"edited"}
    assert kinds({k: f"One more line. {v}" for k, v in texts().items()}) == {"moved"}
    assert kinds(dict.fromkeys(texts(), "Another text.")) == {"missing"}


def test_a_sentence_in_pieces_is_found_piece_by_piece() -> None:
    text = "The mayor LINKS said on Monday that the bridge will open."
    digest = a_digest()
    section, event = digest.sections[0], digest.sections[0].events[0]
    said = replace(
        event.sentences[0],
        text="The mayor said on Monday that the bridge will open.",
        story_id="7",
        offset=0,
        spans=((0, 9), (16, len(text))),
        text_hash="",
    )
    alone = replace(event, sentences=(said,), changes=(), differences=())
    digest = replace(digest, sections=(replace(section, events=(alone,)),))
    assert said.pieces == ((0, "The mayor"), (16, "said on Monday that the bridge will open."))
    assert verify(digest, {"7": text}.get) == ()
    assert [m.kind for m in verify(digest, {"7": f"Yes. {text}"}.get)] == ["moved"]
    assert [m.kind for m in verify(digest, {"7": text.replace("Monday", "Tuesday")}.get)] == ["missing"]
