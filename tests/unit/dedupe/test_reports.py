from __future__ import annotations

from datetime import UTC, datetime, timedelta

from aggregator.dedupe import ReportedStory, reports

NOON = datetime(2025, 3, 4, 12, tzinfo=UTC)


def told(key, outlet, hours, copy_of=None, credit=None):
    return ReportedStory(
        id=key, outlet=outlet, published_at=NOON + timedelta(hours=hours), copy_of=copy_of, credit=credit
    )


def test_copies_count_with_their_original_and_agencies_by_their_carriers():
    coverage = reports(
        [
            told("own", "Valley Post", 5),
            told("wire", "AP", 1, credit="AP"),
            told("c1", "Courier", 2, copy_of="wire"),
            told("c2", "Herald", 3, copy_of="wire"),
        ]
    )
    assert coverage.in_words() == "4 outlets, 2 independent reports; AP text in 3"
    assert coverage.first == "wire"
    assert [report.source for report in coverage.reports] == ["wire", "own"]
    assert coverage.reports[0].outlets == ("AP", "Courier", "Herald")


def test_several_texts_of_one_outlet_or_agency_are_one_voice():
    coverage = reports(
        [
            told("a", "Courier", 1),
            told("b", "Courier", 9),
            told("c", "Herald", 2, credit="dpa"),
            told("d", "Post", 3, credit="dpa"),
        ]
    )
    assert coverage.independent == 2
    assert coverage.credits == (("dpa", 2),)


def test_an_original_outside_the_event_is_represented_by_its_earliest_copy():
    coverage = reports([told("b", "Post", 2, copy_of="elsewhere"), told("a", "Courier", 1, copy_of="elsewhere")])
    assert coverage.independent == 1
    assert coverage.reports[0].outlet == "Courier"
    assert coverage.reports[0].source == "elsewhere"


def test_no_stories_are_no_coverage():
    coverage = reports([])
    assert coverage.first is None
    assert coverage.in_words() == "0 outlets, 0 independent reports"
