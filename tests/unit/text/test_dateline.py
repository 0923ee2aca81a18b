"""Where an agency's dateline ends and the text begins."""

from __future__ import annotations

import pytest

from aggregator.text.dateline import dateline_end


@pytest.mark.parametrize(
    "dateline",
    [
        "PORT ALDWYN, Aldermark, March 4 (MW) - ",
        "BERLIN (dpa) — ",
        "WASHINGTON — ",
        "Denver (AP) -- ",
        "(Reuters) - ",
        "BRÜSSEL/PARIS, 4. Mai (AFP) – ",
        "SAN FRANCISCO, Calif. — ",
        "WASHINGTON—",
        "PORT ALDWYN, Aldermark–",
        "PORT ALDWYN, Ald./NEWHAM (Reuters) - ",
        "Oct 24 (Reuters) - ",
    ],
)
def test_a_dateline_is_no_text(dateline: str) -> None:
    assert dateline_end(f"{dateline}The bank cut its rate.") == len(dateline)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "A FIRE - and what it left behind",
        "COVID-19 came back.",
        "NASA–built parts fell into the sea.",
        "The mayor—Ada Morrow—resigned.",
        "The council voted - at last - on Tuesday.",
        "NASA says the probe (launched in 2019) - the first of its kind - is well.",
        "Mr Stone (58) was convicted.",
    ],
)
def test_prose_has_none(text: str) -> None:
    assert dateline_end(text) == 0
