"""Rows out: a table for people, JSON, NDJSON or CSV for programs."""

from __future__ import annotations

import csv
import io
import json
import os
import re
import shutil
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

import click

__all__ = [
    "broken",
    "is_plain",
    "json_line",
    "table_lines",
    "terminal_width",
    "write_json",
    "write_rows",
]

Row = dict[str, Any]
LEAST = 20  # columns for a title
_SURROGATES = re.compile("[\ud800-\udfff]")


def write_rows(
    rows: Iterable[Row], form: str | None, *, columns: Sequence[str], table: Callable[[Iterable[Row]], None]
) -> None:
    """Print rows in the format; `columns` is the header of CSV, `table` prints for people."""
    if form is None:
        table(rows)
    elif form == "ndjson":
        for row in rows:
            click.echo(json_line(row))
    elif form == "json":
        _write_array(rows)
    else:
        _write_csv(rows, columns)


def _write_array(rows: Iterable[Row]) -> None:
    """A JSON array, row by row, so that a large result needs no memory."""
    first = True
    for row in rows:
        click.echo(("[\n " if first else ",\n ") + json_line(row), nl=False)
        first = False
    click.echo("[]" if first else "\n]")


def _write_csv(rows: Iterable[Row], columns: Sequence[str]) -> None:
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\r\n")
    writer.writerow(columns)
    for row in rows:
        writer.writerow([_cell(row.get(name)) for name in columns])
        if buffer.tell() > 1 << 16:
            click.echo(buffer.getvalue(), nl=False)
            buffer.seek(0)
            buffer.truncate()
    click.echo(buffer.getvalue(), nl=False)


def _cell(value: Any) -> Any:
    if isinstance(value, (list, tuple)):
        return "; ".join(str(v) for v in value)
    return "" if value is None else value


def json_line(value: Any, *, indent: int | None = None) -> str:
    """A value as JSON that UTF-8 can carry: half of a surrogate pair, as in a file name of odd bytes, is escaped."""
    text = json.dumps(value, ensure_ascii=False, indent=indent)
    return _SURROGATES.sub(lambda half: f"\\u{ord(half[0]):04x}", text)


def write_json(value: Any) -> None:
    """Print one value as JSON."""
    click.echo(json_line(value, indent=1))


def is_plain() -> bool:
    """Whether no colour or bold is wanted: not on a terminal, or NO_COLOR is set (no-color.org)."""
    return not sys.stdout.isatty() or bool(os.environ.get("NO_COLOR"))


def terminal_width() -> int:
    """Columns of the terminal; 80 where there is none."""
    return shutil.get_terminal_size((80, 24)).columns if sys.stdout.isatty() else 80


def broken(text: str, *, first: str = "", indent: str = "") -> list[str]:
    """A text in lines that fit the terminal, all but the `first` indented; one line, as it is, for programs and files."""
    from aggregator.render.columns import wrap

    return wrap(text, terminal_width(), first=first, indent=indent) if sys.stdout.isatty() else [first + text]


def table_lines(rows: Iterable[Row], columns: Sequence[tuple[str, int]], *, width: int) -> Iterator[str]:
    """Rows as lines; the last column takes the room that is left, and the widest gives way where that is next to none.

    A column of negative width has its values at the right.
    """
    from aggregator.render.columns import fit, width_of

    widths = [abs(w) for _, w in columns[:-1]]
    last = width - sum(w + 2 for w in widths)
    if widths and last < LEAST:
        widest = widths.index(max(widths))
        widths[widest] = max(LEAST // 2, widths[widest] - LEAST + last)
        last = max(width - sum(w + 2 for w in widths), LEAST)
    for row in rows:
        cells = []
        for (name, side), wide in zip(columns[:-1], widths, strict=True):
            text = "" if row.get(name) is None else fit(str(row[name]), wide)
            space = " " * (wide - width_of(text))
            cells.append(space + text if side < 0 else text + space)
        yield "  ".join([*cells, fit(str(row.get(columns[-1][0]) or ""), last)])
