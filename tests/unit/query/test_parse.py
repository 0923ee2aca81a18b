"""The query language: what is understood, and where the finger points when something is not."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from aggregator.errors import QueryError
from aggregator.query import And, Not, Or, Words, parse, printed
from aggregator.query.dates import is_period, period

NOW = datetime(2026, 3, 10, 12, tzinfo=UTC)


def test_words_beside_each_other_are_all_wanted_and_or_binds_weaker() -> None:
    a, b, c = (Words(text=t) for t in "abc")
    assert parse("a b OR c") == Or(parts=(And(parts=(a, b)), c))
    assert parse("a (b OR c)") == And(parts=(a, Or(parts=(b, c))))
    assert parse("a -b") == parse("a !b") == parse("a NOT b") == And(parts=(a, Not(part=b)))


@pytest.mark.parametrize(
    ("query", "again"),
    [
        ("intitle:storm", "title:storm"),
        ("inurl:news", "url:news"),
        ("author:'Jane Doe'", 'author:"Jane Doe"'),
        ("#tag+with+whitespace", 'tag:"tag with whitespace"'),
        ("#'tag with whitespace'", 'tag:"tag with whitespace"'),
        ("#/^Hello World$/m", "tag:/^Hello World$/im"),
        ("label:/x/", "tag:/x/i"),
        ("label:Later", "tag:later"),
        ('labels:"one,two"', "tag:one OR tag:two"),
        ("pubdate:2026-03", "date:2026-03"),
        ("intitle:/^Lo+l\\b/i", "title:/^Lo+l\\b/i"),
        (
            "!((author:Alice intitle:hello) OR (author:Bob intitle:world))",
            "-(author:Alice title:hello OR author:Bob title:world)",
        ),
        ("title:(a OR b) c", "(title:a OR title:b) c"),
        ("\\(x\\)", '"(x)"'),
        ("salt & pepper - 😀", "salt pepper"),
        ("“two words”", '"two words"'),
        ("東京*", "東京"),
        ("--help", "help"),
        ("a a A", "a A"),
        ("OUTLETS:>3", "outlets:>3"),
    ],
)
def test_what_other_readers_write_is_understood(query: str, again: str) -> None:
    assert printed(parse(query)) == again
    assert printed(parse(again)) == again


@pytest.mark.parametrize(
    ("query", "column", "says"),
    [
        ("a (b c", 2, "never closed"),
        ("a b)", 3, "closes nothing"),
        ('say "hello', 4, "never closed"),
        ("a OR", 4, "right"),
        ("OR a", 0, "left"),
        ("storm nosuch:x", 6, 'no field "nosuch"'),
        ("f:123", 0, "feed:NAME"),
        ("L:12", 0, "tag:NAME"),
        ("S:3", 0, "topics"),
        ("is:bogus", 0, "unread"),
        ("x date:someday", 2, "2026-03-01"),
        ("outlets:many", 0, "outlets:>3"),
        ("title:", 0, "right after the colon"),
        ("ab*", 0, "3 letters"),
        ("😀", 0, "no letter"),
        ("folder:/x/", 7, "takes no pattern"),
        ("/(/", 0, "pattern"),
        ("(" * 60 + "a", 51, "levels"),
    ],
)
def test_an_error_says_what_is_wrong_and_where(query: str, column: int, says: str) -> None:
    with pytest.raises(QueryError, match=says) as caught:
        parse(query)
    assert caught.value.query == query
    assert abs(caught.value.column - column) <= (1 if "(((" in query else 0)


@pytest.mark.parametrize(
    ("text", "start", "end"),
    [
        ("2026-03-01", "2026-03-01T05:00", "2026-03-02T05:00"),
        ("2026-03-08", "2026-03-08T05:00", "2026-03-09T04:00"),  # the day has 23 hours: clocks go forward
        ("2026-03-01/2026-03-05", "2026-03-01T05:00", "2026-03-06T05:00"),
        ("2026-02/03", "2026-02-01T05:00", "2026-04-01T04:00"),
        ("2026-02-03T22:00/15", "2026-02-04T03:00", "2026-02-04T03:16"),
        ("2026-02-03T22:00Z/22:15", "2026-02-03T22:00", "2026-02-03T22:16"),
        ("2026", "2026-01-01T05:00", "2027-01-01T05:00"),
        ("2026-03-01T08:30+01:00", "2026-03-01T07:30", "2026-03-01T07:31"),
        ("2026-03/", "2026-03-01T05:00", None),
        ("/2026-03", None, "2026-04-01T04:00"),
        ("2026-02/P1W", "2026-02-01T05:00", "2026-02-08T05:00"),
        ("P1W/2026-02-07T23:59:59", "2026-02-01T05:00", "2026-02-08T05:00"),
        ("36h", "2026-03-09T00:00", "2026-03-10T12:00:01"),
        ("P1M", "2026-02-10T13:00", "2026-03-10T12:00:01"),
        ("yesterday", "2026-03-09T04:00", "2026-03-10T04:00"),
        ("9999-12-31", "9999-12-31T05:00", None),
    ],
)
def test_dates_are_meant_in_the_readers_zone_with_both_ends(text: str, start: str | None, end: str | None) -> None:
    found = period(text, zone="America/New_York", now=NOW)
    assert found.start == (start and datetime.fromisoformat(start).replace(tzinfo=UTC))
    assert found.end == (end and datetime.fromisoformat(end).replace(tzinfo=UTC))


@pytest.mark.parametrize(
    "text", ["2026-13", "2026-02-30", "x", "/", "1/2/3", "P", "PT", "P1D/P1D", "20260", "26-03-01", "0000", "/P1W"]
)
def test_what_is_no_date_is_refused(text: str) -> None:
    assert not is_period(text)
    with pytest.raises(QueryError):
        parse(f'date:"{text}"')
