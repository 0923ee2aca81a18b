"""`aggregator outlets`, `aggregator stats` and `aggregator sql`."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import click

from aggregator.cli.listing import Lines, Output, feed_options, print_table
from aggregator.cli.output import write_json
from aggregator.cli.session import Session, pass_session, say_if_empty
from aggregator.cli.speech import _
from aggregator.cli.when import parse_when
from aggregator.text.tongue import mark

__all__ = ["datasette", "outlets", "sql", "stats"]

OUTLET_COLUMNS = ("id", "outlet", "site", "stories", "copies", "events", "first", "last")
OUTLETS_SHOWN = (("stories", -9), ("copies", -8), ("first", -8), ("outlet", 0))

UNREAD_IN = "unread in "
COUNTED = {
    "feeds": mark("feeds"),
    "outlets": mark("outlets"),
    "copies": mark("copies"),
    "events": mark("events"),
    "shared events": mark("events of several outlets"),
    "size bytes": mark("bytes in the database"),
}


@click.command()
@click.option("--since", metavar="WHEN", help="Count stories published since: 24h, 7d, 2026-11-20.")
@feed_options
@pass_session
def outlets(session: Session, *, since: str | None, output: Output) -> None:
    """List outlets, the busiest first: stories, copies, events, and how many shared events each told first.

    \b
    Example:
      aggregator outlets --since 7d --csv
    """
    from aggregator.render.rows import iso

    with session.app() as app:
        say_if_empty(app)
        now = app.clock()
        start = parse_when(since, now=now, zone=app.timezone)
        rows = [
            {
                "id": o.id, "outlet": o.name, "site": o.key, "stories": o.stories, "copies": o.copies, "events": o.events,
                "first": o.first, "last": iso(o.last_at),
            }
            for o in app.reading.outlets(since=start)
        ]  # fmt: skip

    def shown(rows: Any) -> None:
        head = {"stories": _("stories"), "copies": _("copies"), "first": _("first"), "outlet": _("outlet")}
        print_table(rows, OUTLETS_SHOWN, head)

    output.write(rows, columns=OUTLET_COLUMNS, table=shown, atom=_feed("outlets", now))


@click.command()
@feed_options
@pass_session
def stats(session: Session, *, output: Output) -> None:
    """Count what is stored, and what is unread in each folder.

    \b
    Example:
      aggregator stats --json
      aggregator stats --csv
    """
    with session.app() as app:
        now, counts = app.clock(), app.reading.stats()
    if output.form == "json" and not output.chosen:
        write_json(counts)
        return
    unread = counts.pop("unread")
    rows = [{"count": value, "of": name.replace("_", " ")} for name, value in counts.items()]
    rows += [{"count": value, "of": f"{UNREAD_IN}{folder or '(no folder)'}"} for folder, value in unread.items()]
    output.write(rows, columns=("count", "of"), table=_print_stats, atom=_feed("stats", now))


def _feed(name: str, now: datetime, title: str | None = None) -> Lines:
    """Makes an Atom feed of rows of any kind."""
    from aggregator.render.rows import iso
    from aggregator.render.syndication import atom_lines, row_entry

    feed_id, at = f"urn:x-aggregator:{name}", iso(now)
    return lambda rows: atom_lines(
        (row_entry(row, feed_id=feed_id, at=at) for row in rows),
        title=title or name.title(),
        feed_id=feed_id,
        empty_at=at,
    )


def _print_stats(rows: Any) -> None:
    print_table((row | {"of": _counted(row["of"])} for row in rows), (("count", -12), ("of", 0)))


def _counted(of: str) -> str:
    """What is counted, in the language of the terminal."""
    unread = of.removeprefix(UNREAD_IN)
    return _("unread in %(folder)s", folder=unread) if unread != of else _(COUNTED.get(of, of))


@click.command()
@click.argument("statement")
@feed_options
@pass_session
def sql(session: Session, statement: str, *, output: Output) -> None:
    """Ask the database itself; it is opened read-only. The views v_... are made for this.

    \b
    Examples:
      aggregator sql 'SELECT outlet, count(*) AS stories FROM v_stories GROUP BY outlet ORDER BY stories DESC'
      aggregator sql 'SELECT * FROM v_events ORDER BY reports DESC LIMIT 10' --csv
    """
    with session.app() as app, app.reading.ask(statement) as (columns, rows):
        feed = _feed("sql", app.clock(), statement)
        output.write(rows, columns=columns, table=lambda r: _print_columns(r, columns), atom=feed)


@click.command()
@pass_session
def datasette(session: Session) -> None:
    """Print the metadata by which Datasette shows the database: labels, facets, search and canned queries.

    Datasette reads the file; whoever can reach its page can ask for everything in it, what you have read included.

    \b
    Example:
      aggregator datasette > metadata.json && datasette serve aggregator.db --metadata metadata.json
    """
    from aggregator.render.datasette import datasette_metadata

    with session.app() as app:
        write_json(datasette_metadata(app.db_path.stem))


def _print_columns(rows: Any, columns: tuple[str, ...]) -> None:
    click.echo("\t".join(columns), err=True)
    for row in rows:
        click.echo("\t".join("" if row[c] is None else " ".join(str(row[c]).split()) for c in columns))
