"""`aggregator import` and `aggregator export`: stories in and out as lines."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from aggregator.cli.output import json_line
from aggregator.cli.session import Session, pass_session

if TYPE_CHECKING:
    from aggregator.app.archive import Imported

__all__ = ["export", "import_"]


@click.command("import")
@click.argument("source", metavar="FILE|-", type=click.File("rb"))
@click.option("--unread", is_flag=True, help="Leave the stories unread.")
@pass_session
def import_(session: Session, source: Any, *, unread: bool) -> None:
    """Bring an archive in: every story once, with copies and events.

    FILE has story lines (as of `aggregator export`, `dedupe` and `cluster`), or is the JSON that FreshRSS or Google
    Reader exports, or newsboat's cache.db. The stories are read unless you say otherwise. What was stopped goes on when
    the same command is typed again.

    \b
    Examples:
      aggregator import stories.ndjson
      aggregator import starred_2026.json --unread
      aggregator import ~/.newsboat/cache.db
    """
    from aggregator.cli.poll import metered, stopping

    path = Path(source.name) if isinstance(source.name, str) and source.name != "<stdin>" else None
    with session.app() as app, stopping(app.polling.stop):
        with metered() as meter:

            def tell(problem: str) -> None:
                meter.clear()
                click.echo(problem, err=True)

            done = app.archives.load(source, path=path, unread=unread, on_progress=meter.show, on_problem=tell)
        _tell(done)
    if done.problems or done.is_stopped:
        sys.exit(1)


def _tell(done: Imported) -> None:
    taken = done.taken
    parts = [f"{done.lines} lines: {taken.new} new stories"]
    parts += [f"{taken.completed} that gained something"] if taken.completed else []
    parts += [f"{taken.known} known"] if taken.known else []
    parts += [f"{taken.deleted} deleted here before"] if taken.deleted else []
    parts += [f"{done.problems} bad line{'s' * (done.problems > 1)}"] if done.problems else []
    stopped = " Stopped; the same command goes on." if done.is_stopped else ""
    click.echo(f"{', '.join(parts)}.{stopped}", err=True)


@click.command()
@click.argument("query", nargs=-1)
@pass_session
def export(session: Session, query: tuple[str, ...]) -> None:
    """Print stories as story lines, the imported ones as they came; with a QUERY, those that match it.

    \b
    Examples:
      aggregator export > stories.ndjson
      aggregator export is:starred > starred.ndjson
      aggregator export outlet:courier since:30d | aggregator cluster
    """
    with session.app() as app:
        for line in app.archives.lines(" ".join(query)):
            click.echo(json_line(line))
