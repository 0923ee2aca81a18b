"""Tables for people."""

from __future__ import annotations

import pytest

from aggregator.cli.output import cells, table_lines

ROWS = [
    {"id": 1234567, "outlet": "The Very Long Courier of the Coast", "title": "大阪で地震 " + "a storm is near " * 9}
]


@pytest.mark.parametrize("width", [52, 60, 80, 200])
def test_no_line_of_a_table_is_wider_than_the_terminal(width: int) -> None:
    columns = (("id", 7), ("outlet", 20), ("title", 0))
    (line,) = table_lines(ROWS, columns, width=width)
    assert sum(map(cells, line)) <= width
    assert line.startswith("1234567  The Very")
    assert "大阪" in line
