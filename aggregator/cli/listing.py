"""Options that lists share: in which form and with which columns they are printed."""

from __future__ import annotations

import functools
import itertools
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

import click

from aggregator.cli.output import Row, table_lines, terminal_width, write_rows
from aggregator.cli.speech import tongue
from aggregator.text.tongue import mark

__all__ = ["Lines", "Output", "feed_options", "list_options", "moments", "or_say", "print_table"]

_FORMS = (
    ("json", mark("Print JSON.")),
    ("ndjson", mark("Print one JSON object a line.")),
    ("csv", mark("Print CSV (RFC 4180).")),
    ("markdown", mark("Print a Markdown table.")),
)
_FEED = ("atom", mark("Print an Atom feed."))
_LONG_AGO = timedelta(days=300)  # from then on a day of the year alone could be taken for this year's
Table = Callable[[Iterable[Row]], None]
Lines = Callable[[Iterable[Row]], Iterable[str]]


@dataclass(frozen=True, slots=True)
class Output:
    """The form that was asked for (None is people's) and the columns (empty is all)."""

    form: str | None
    chosen: tuple[str, ...] = ()

    def write(self, rows: Iterable[Row], *, columns: Sequence[str], table: Table, atom: Lines | None = None) -> None:
        """Print rows; `columns` are all there are, `table` prints for people when no columns were chosen.

        `atom` makes an Atom feed of the rows, for commands that offer one.

        Raises:
            click.BadParameter: a chosen column does not exist.

        """
        for name in self.chosen:
            if name not in columns:
                raise click.BadParameter(f"there is no column {name!r}; there are {', '.join(columns)}.")
        if self.form == "atom" and atom is not None:
            for line in atom(rows):
                click.echo(line)
            return
        kept = self.chosen or tuple(columns)
        if self.chosen:
            rows = ({name: row.get(name) for name in kept} for row in rows)
            table = functools.partial(_print_plain, columns=kept)
        if self.form == "markdown":
            _print_markdown(rows, kept)
        else:
            write_rows(rows, self.form, columns=kept, table=table)


def list_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Give a command the options of a list, and the parameter `output: Output`."""
    return _with_forms(command, _FORMS)


def feed_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """As `list_options`, with `--atom`."""
    return _with_forms(command, (*_FORMS, _FEED))


def _with_forms(command: Callable[..., Any], forms: Sequence[tuple[str, str]]) -> Callable[..., Any]:

    @functools.wraps(command)
    def with_output(*args: Any, columns: str | None, **kwargs: Any) -> Any:
        asked = [name for name, _ in forms if kwargs.pop(f"as_{name}")]
        if len(asked) > 1:
            raise click.UsageError(f"--{asked[0]} and --{asked[1]} exclude each other.")
        chosen = tuple(name.strip() for name in (columns or "").split(",") if name.strip())
        return command(*args, output=Output(asked[0] if asked else None, chosen), **kwargs)

    decorated: Callable[..., Any] = click.option("--columns", metavar="A,B", help="Only these columns, in this order.")(
        with_output
    )
    for name, text in reversed(forms):
        decorated = click.option(f"--{name}", f"as_{name}", is_flag=True, help=text)(decorated)
    return decorated


def print_table(
    rows: Iterable[Row], columns: Sequence[tuple[str, int]], head: Row | None = None, *, below: str | None = None
) -> None:
    """Rows for people, sized to the terminal; the last column takes the room that is left.

    `head` names columns, beside the data and only where there is any; a column without a name shares that of the next.
    What a row has in `below` stands in lines of its own under it.
    """
    from aggregator.render.columns import wrap

    width = terminal_width()
    waiting = iter(rows)
    first = next(waiting, None)
    if first is None:
        return
    if head:
        named = [(name, wide) for name, wide in columns if name in head]
        click.echo(next(table_lines([head], named, width=width)), err=True)
    for row in itertools.chain([first], waiting):
        click.echo(next(table_lines([row], columns, width=width)))
        for line in wrap(row.get(below, "") if below else "", width, indent=" " * (abs(columns[0][1]) + 2)):
            click.echo(line)


def moments(zone: str, now: datetime) -> tuple[Callable[[str], str], int]:
    """How lists show a time of a row, and the width of its column: day and hour in the reader's zone, long ago day and year."""
    from zoneinfo import ZoneInfo

    from aggregator.render.columns import width_of

    local, told = ZoneInfo(zone), tongue()
    wide = max(width_of(told.month_day(date(2000, month, 28))) for month in range(1, 13)) + len(" 00:00")

    def shown(time: str) -> str:
        at = datetime.fromisoformat(time).astimezone(local)
        return f"{told.month_day(at)} {f'{at.year}' if abs(now - at) > _LONG_AGO else f'{at:%H:%M}'}"

    return shown, -wide


def or_say(rows: Iterable[Row], message: str) -> Iterator[Row]:
    """The rows; if there are none, a message beside the data."""
    count = 0
    for row in rows:
        count += 1
        yield row
    if not count:
        click.echo(message, err=True)


def _shown(value: Any) -> str:
    if isinstance(value, (list, tuple)):
        return "; ".join(map(str, value))
    return "" if value is None else " ".join(str(value).split())


def _print_plain(rows: Iterable[Row], *, columns: Sequence[str]) -> None:
    """Chosen columns, parted by tabs: whoever names columns knows them, and cuts them with other programs."""
    for row in rows:
        click.echo("\t".join(_shown(row.get(name)) for name in columns))


def _print_markdown(rows: Iterable[Row], columns: Sequence[str]) -> None:
    def line(cells: Iterator[str]) -> str:
        return "| " + " | ".join(cells) + " |"

    click.echo(line(iter(columns)))
    click.echo(line("---" for _ in columns))
    for row in rows:
        click.echo(line(_shown(row.get(name)).replace("\\", "\\\\").replace("|", "\\|") for name in columns))
