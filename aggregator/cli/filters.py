"""The stages as filters: `parse`, `extract`, `dedupe`, `cluster`, `brief`.

One JSON line out for each line or file in. A bad line is named on stderr with its number, the rest go on, and the exit
code is 1 at the end.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from aggregator.cli.output import json_line

if TYPE_CHECKING:
    from aggregator.app.lines import EventReader, LineReader

__all__ = ["brief", "cluster", "dedupe", "extract", "parse"]

FILES = click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path))
INPUT = click.argument("source", metavar="[FILE|-]", default="-", type=click.File("rb"))


@click.command()
@FILES
def parse(files: tuple[Path, ...]) -> None:
    """Feed files to JSON lines, one for each FILE, in order.

    \b
    Example:
      aggregator parse feed.xml | jq .entries[].title
    """
    from aggregator.app.files import parse_files

    _print_rows(parse_files(files))


@click.command()
@FILES
@click.option("--url", help="The page's address; for a single FILE.")
@click.option("--explain", is_flag=True, help="Add where each fact came from, and every line left out with its reason.")
def extract(files: tuple[Path, ...], url: str | None, *, explain: bool) -> None:
    """Article pages to JSON lines, one for each FILE, in order; pages of one site teach each other.

    \b
    Examples:
      aggregator extract page.html --url https://example.org/story
      aggregator extract pages/* > articles.ndjson
      aggregator extract page.html --explain | jq .reasons
    """
    from aggregator.app.files import extract_files

    if url and len(files) > 1:
        raise click.UsageError("--url goes with a single file.")
    _print_rows(extract_files(files, url=url, explain=explain, progress=_progress("pages", len(files))))


@click.command()
@INPUT
def dedupe(source: Any) -> None:
    """Story lines in; when the input ends, one line each out: {"id", "copy_of", "kind", "score"}.

    \b
    Example:
      aggregator dedupe stories.ndjson
    """
    from aggregator.app.lines import LineReader, dedupe_lines

    reader = LineReader(source)
    for row in dedupe_lines(reader):
        click.echo(json_line(row))
    _end(reader)


@click.command()
@INPUT
@click.option("--online", is_flag=True, help="Print each decision as it falls, on stderr.")
@click.option(
    "--across-languages", is_flag=True, help="Join events of different languages; needs the extra `languages`."
)
def cluster(source: Any, *, online: bool, across_languages: bool) -> None:
    """Story lines in, in order of arrival; when the input ends, one line each out: {"id", "event"}.

    \b
    Example:
      aggregator cluster stories.ndjson > events.ndjson
    """
    from aggregator.app.lines import LineReader, cluster_lines

    def tell(row: dict[str, Any]) -> None:
        click.echo(json_line(row), err=True)

    reader = LineReader(source)
    for row in cluster_lines(reader, online=tell if online else None, across=across_languages):
        click.echo(json_line(row))
    _end(reader)


@click.command()
@INPUT
@click.option("--words", type=click.IntRange(min=1), default=100, show_default=True, help="At most so many words.")
def brief(source: Any, *, words: int) -> None:
    """Lines of {"event", "stories": [story lines]} in; a headline and sentences, verbatim, out.

    \b
    Example:
      aggregator brief events.ndjson --words 60
    """
    from aggregator.app.lines import EventReader, brief_lines

    reader = EventReader(source)
    for row in brief_lines(reader, words=words):
        click.echo(json_line(row))
    _end(reader)


def _print_rows(rows: Iterator[dict[str, Any]]) -> None:
    failed = False
    for row in rows:
        click.echo(json_line(row))
        if row["error"]:
            failed = True
            click.echo(f"{row['path']}: {row['error']}", err=True)
    if failed:
        sys.exit(1)


def _end(reader: LineReader | EventReader) -> None:
    """Name the bad lines, and exit 1 if there were any."""
    for problem in reader.problems:
        click.echo(problem, err=True)
    if reader.problems:
        sys.exit(1)


def _progress(what: str, total: int) -> Any:
    """A counter on the terminal, if there is one."""
    if not sys.stderr.isatty():
        return lambda _done: None

    def show(done: int) -> None:
        click.echo(f"\r\x1b[K{what} {done}/{total}" + ("\n" if done == total else ""), nl=False, err=True)

    return show
