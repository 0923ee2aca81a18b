from __future__ import annotations

import pytest

from aggregator.dedupe.wires import agency_named, find_credit


@pytest.mark.parametrize(
    ("text", "agency"),
    [
        ("PARIS (Reuters) - The river rose.", "Reuters"),
        ("BERLIN (dpa) – Der Fluss stieg.", "dpa"),
        ("(ANSA) - ROMA, 4 MAR - Il fiume.", "ANSA"),
        ("The river rose.\n\nCopyright 2025 The Associated Press. All rights reserved.", "AP"),
        ("Der Fluss stieg.\nQuelle: Agence France-Presse", "AFP"),
        ("He asked (twice) - and got no answer from pa or ap.", None),
        ("The Associated Press reported it first, two rivals said.", None),
    ],
)
def test_a_text_is_credited_by_its_dateline_or_its_last_line(text, agency):
    assert find_credit(text) == agency


@pytest.mark.parametrize(
    ("name", "agency"),
    [
        ("Reuters", "Reuters"),
        ("AP", "AP"),
        ("Australian Associated Press", "AAP"),
        ("Happy Valley Post", None),
        (None, None),
    ],
)
def test_outlets_that_are_agencies_are_known(name, agency):
    assert agency_named(name) == agency
