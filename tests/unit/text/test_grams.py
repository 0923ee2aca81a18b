"""Scripts without spaces become pairs of characters, so that a search finds two of them anywhere."""

from __future__ import annotations

import pytest

from aggregator.text.grams import UNSPACED, grams


@pytest.mark.parametrize("between", [UNSPACED[i : i + 3] for i in range(len(UNSPACED) - 2) if UNSPACED[i + 1] == "-"])
def test_every_script_without_spaces_is_cut_into_pairs(between: str) -> None:
    for code in range(ord(between[0]), ord(between[2]) + 1):
        run = chr(code) * 2
        assert run in (grams(f"a {run}") or ""), hex(code)


def test_other_scripts_have_no_pairs_whatever_their_punctuation() -> None:
    assert grams("Plain text.") is None
    assert grams("“Übermaß” — naïve… Київ, Αθήνα, بغداد, हिन्दी €5") is None


def test_only_lines_that_hold_such_a_script_are_kept() -> None:
    assert "Apple" in (grams("nothing\nApple 手机") or "")
    assert "nothing" not in (grams("nothing\nApple 手机") or "")
