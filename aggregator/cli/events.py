"""`aggregator events` and `aggregator event`."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import click

from aggregator.cli.listing import Output, feed_options, moments, or_say, print_table
from aggregator.cli.output import is_plain, terminal_width, write_json
from aggregator.cli.session import Session, pass_session, say_if_empty
from aggregator.cli.speech import _, tongue
from aggregator.cli.stories import stories_feed
from aggregator.cli.when import parse_when

__all__ = ["event", "events", "events_feed", "print_events"]


@click.command()
@click.argument("query", nargs=-1)
@click.option("--since", metavar="WHEN", help="With a story published since: 24h, 7d, 2026-11-20.")
@click.option("--until", metavar="WHEN", help="With a story published until.")
@click.option("--limit", type=click.IntRange(0, 10**9), help="At most so many.")
@feed_options
@pass_session
def events(
    session: Session, query: tuple[str, ...], *, since: str | None, until: str | None, limit: int | None,
    output: Output,
) -> None:  # fmt: skip
    """List events, the one with the latest story first.

    \b
    Examples:
      aggregator events --since 24h
      aggregator events earthquake --json
    """
    from aggregator.render.rows import EVENT_COLUMNS, event_row, iso

    with session.app() as app:
        say_if_empty(app)
        now = app.clock()
        found = app.reading.events(
            " ".join(query),
            since=parse_when(since, now=now, zone=app.timezone),
            until=parse_when(until, now=now, zone=app.timezone, is_end=True),
            limit=limit,
        )
        rows = or_say(map(event_row, found), _("No event matches."))
        output.write(
            rows,
            columns=EVENT_COLUMNS,
            table=lambda r: print_events(r, app.timezone, now),
            atom=lambda r: events_feed(
                r, page=app.page_of_events, title=" ".join(("Events", *query)), feed_id="urn:x-aggregator:events", at=iso(now)
            ),
        )  # fmt: skip


def events_feed(rows: Any, *, page: str, title: str, feed_id: str, at: str) -> Any:
    """Rows of events as the lines of an Atom feed."""
    from aggregator.render.syndication import atom_lines, event_entry

    return atom_lines((event_entry(row, page=page) for row in rows), title=title, feed_id=feed_id, empty_at=at)


def print_events(rows: Any, zone: str, now: datetime) -> None:
    """Rows of events as a table for people, each with `why` it is there, if that is said."""
    moment, wide = moments(zone, now)

    def shown(row: dict[str, Any]) -> dict[str, Any]:
        return row | {"counts": f"{row['outlets']} / {row['independent']}", "last": moment(row["last"])}

    head = {"id": _("event"), "last": _("latest"), "headline": _("outlets / independent reports, headline")}
    print_table(map(shown, rows), (("id", -7), ("last", wide), ("counts", 9), ("headline", 0)), head, below="why")


@click.command()
@click.argument("event_id", metavar="ID", type=int)
@click.option("--why", is_flag=True, help="Show why each story is in it, and what was kept apart.")
@feed_options
@pass_session
def event(session: Session, event_id: int, *, why: bool, output: Output) -> None:
    """Show one event: headline, outlets and independent reports, who was first, every story with its copies.

    As JSON it is one object; the other forms list its stories, the oldest first.

    \b
    Examples:
      aggregator event 12 --why
      aggregator event 12 --columns published,outlet,copy_of,reason
    """
    from aggregator.render import event_text
    from aggregator.render.rows import STORY_COLUMNS, event_detail, iso

    with session.app() as app:
        view = app.reading.event(event_id)
        detail = event_detail(view)
        if output.form == "json" and not output.chosen:
            write_json(detail)
            return

        def told(_rows: Any) -> None:
            text = event_text(
                view,
                app.front.event(event_id).account,  # which takes its time, and other forms do not have
                now=app.clock(),
                width=terminal_width(),
                colour=not is_plain(),
                zone=app.timezone,
                why=why,
                tongue=tongue(),
            )
            click.echo(text.rstrip("\n"))

        output.write(
            detail["members"],
            columns=(*STORY_COLUMNS, "probability", "reason"),
            table=told,
            atom=lambda rows: stories_feed(
                rows, view.event.headline, iso(view.event.last_at), feed_id=f"urn:x-aggregator:event:{view.event.id}"
            ),
        )
