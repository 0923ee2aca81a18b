"""Tables for people."""

from __future__ import annotations

import pytest

from aggregator.cli.listing import print_table
from aggregator.cli.output import table_lines
from aggregator.render.columns import width_of

ROWS = [
    {"id": 1234567, "outlet": "The Very Long Courier of the Coast", "title": "大阪で地震 " + "a storm is near " * 9}
]


@pytest.mark.parametrize("width", [52, 60, 80, 200])
def test_no_line_of_a_table_is_wider_than_the_terminal(width: int) -> None:
    columns = (("id", 7), ("outlet", 20), ("title", 0))
    (line,) = table_lines(ROWS, columns, width=width)
    assert width_of(line) <= width
    assert line.startswith("1234567  The Very")
    assert "大阪" in line


def test_a_column_of_negative_width_has_its_values_at_the_right() -> None:
    rows = [{"id": 7, "title": "A"}, {"id": 1234, "title": "B"}]
    assert list(table_lines(rows, (("id", -4), ("title", 0)), width=40)) == ["   7  A", "1234  B"]


def test_the_names_of_columns_stand_beside_the_data_and_only_where_there_is_any(
    capsys: pytest.CaptureFixture[str],
) -> None:
    columns, head = (("id", -5), ("title", 0)), {"id": "story", "title": "headline"}
    print_table([], columns, head)
    assert capsys.readouterr() == ("", "")
    print_table([{"id": 7, "title": "A", "why": "It is near."}], columns, head, below="why")
    assert capsys.readouterr() == ("    7  A\n       It is near.\n", "story  headline\n")
