"""Figures: quantities that can be compared; dates, names and pronouns are none."""

from __future__ import annotations

from pathlib import Path

import pytest

from aggregator.text.figures import figures

CASES = Path(__file__).parents[2] / "data" / "figures" / "figures.txt"


def cases() -> list[tuple[str, str, str]]:
    lines = [line for line in CASES.read_text(encoding="utf-8").splitlines() if line and not line.startswith("#")]
    return [tuple(part.strip() for part in line.split("|")) for line in lines]  # type: ignore[misc]


def said(text: str, lang: str) -> str:
    found = [f"{round(f.value, 2):.12g} {f.unit} {f.noun or '-'} {f.bound}" for f in figures(text, lang)]
    return "; ".join(found) or "-"


@pytest.mark.parametrize(("lang", "text", "expected"), cases())
def test_figures_are_read_as_a_reader_reads_them(lang: str, text: str, expected: str) -> None:
    assert said(text, lang) == expected


def test_a_figure_is_quoted_as_it_stands_in_the_source() -> None:
    text = "More than $1.2 million was lost."
    (figure,) = figures(text)
    assert figure.number == "$1.2 million"
    assert text[figure.start : figure.end] == "More than $1.2 million"


def test_precision_says_to_which_step_a_figure_is_given() -> None:
    steps = {f.number: f.precision for f in figures("300,000 homes, 301 birds, $1.2 million, 4.25%")}
    assert steps == {"300,000": 100_000, "301": 1, "$1.2 million": 100_000, "4.25%": 0.01}


def test_both_sides_of_a_result_are_kept() -> None:
    (figure,) = figures("It ended 3-1.")
    assert (figure.value, figure.other) == (3, 1)


def test_letters_that_only_a_pattern_takes_for_others_are_read_as_those() -> None:
    assert [said(text, "en") for text in ("two-thİrds of the homes", "one in fıve homes")] == [
        "66.67 percent - about",
        "20 percent - about",
    ]
