"""Every sentence of a digest is found again, or what became of it is said."""

from __future__ import annotations

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
