"""Sentences end where a reader would say they end."""

from __future__ import annotations

from pathlib import Path

import pytest

from aggregator.text.sentences import split

TRAPS = Path(__file__).parents[2] / "data" / "sentences" / "traps.txt"
UNSPACED = {"zh", "ja", "th"}


def traps() -> list[tuple[str, list[str]]]:
    cases = []
    for block in TRAPS.read_text(encoding="utf-8").split("\n\n"):
        head, *sentences = [line for line in block.strip().split("\n") if not line.startswith("#")] or [""]
        if head.startswith("@"):
            cases.append((head[1:].strip(), sentences))
    return cases


def pieces(text: str, lang: str | None = None) -> list[str]:
    return [text[a:b] for a, b in split(text, lang)]


def boundaries(sentences: list[str]) -> set[int]:
    ends, length = set(), 0
    for sentence in sentences[:-1]:
        length += len(sentence.replace(" ", ""))
        ends.add(length)
    return ends


def test_the_traps_are_split_as_their_writers_meant() -> None:
    hit = got = want = 0
    for lang, sentences in traps():
        found = boundaries(pieces(("" if lang in UNSPACED else " ").join(sentences), lang))
        meant = boundaries(sentences)
        hit, got, want = hit + len(found & meant), got + len(found), want + len(meant)
    assert len(traps()) >= 60
    assert 2 * hit / (got + want) >= 0.96


@pytest.mark.parametrize(("lang", "sentences"), [c for c in traps() if c[0] == "en"][:12])
def test_common_abbreviations_do_not_end_sentences(lang: str, sentences: list[str]) -> None:
    assert pieces(" ".join(sentences), lang) == sentences


def test_a_line_break_always_ends_a_sentence() -> None:
    assert pieces("A heading without a stop\nThe first sentence. The second\r\n\r\nThe third") == [
        "A heading without a stop",
        "The first sentence.",
        "The second",
        "The third",
    ]


def test_a_missing_space_after_a_full_stop_is_forgiven_before_a_common_word() -> None:
    assert pieces("He left at once.The others stayed behind.") == ["He left at once.", "The others stayed behind."]
    assert pieces("They met at node.Js headquarters today.") == ["They met at node.Js headquarters today."]


def test_an_unknown_language_is_split_all_the_same() -> None:
    assert pieces("Der Rat tagte. Die Sitzung war kurz.") == ["Der Rat tagte.", "Die Sitzung war kurz."]


@pytest.mark.parametrize("text", ["", "   ", "\n\n", "."])
def test_nothing_to_split_is_no_error(text: str) -> None:
    assert "".join(pieces(text)) == text.strip()
