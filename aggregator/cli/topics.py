"""`aggregator topics …`."""

from __future__ import annotations

from typing import Any

import click

from aggregator.cli.events import events_feed, print_events
from aggregator.cli.helping import Group
from aggregator.cli.listing import Output, feed_options, list_options, or_say, print_table
from aggregator.cli.session import Session, pass_session
from aggregator.cli.speech import _, ngettext, tongue
from aggregator.cli.when import parse_when
from aggregator.text.phrases import retell

__all__ = ["topics"]


@click.group(cls=Group)
def topics() -> None:
    """Topics: named queries that you follow; each is a section of the digest.

    \b
    Examples:
      aggregator topics add Climate climate OR warming OR emissions
      aggregator topics show Climate --since 7d
      aggregator topics list
    """


@topics.command()
@click.argument("name")
@click.argument("query", metavar="QUERY...", nargs=-1, required=True)
@pass_session
def add(session: Session, name: str, query: tuple[str, ...]) -> None:
    """Follow a query under a name."""
    with session.app() as app:
        topic = app.topics.add(name, " ".join(query))
        unread = app.topics.unread(topic.name)
    click.echo(
        ngettext(
            "%(topic)s: %(num)s unread story matches so far. See: aggregator topics show %(name)s",
            "%(topic)s: %(num)s unread stories match so far. See: aggregator topics show %(name)s",
            unread,
            topic=topic.name,
            name=repr(topic.name),
        ),
        err=True,
    )


@topics.command("list")
@list_options
@pass_session
def list_(session: Session, *, output: Output) -> None:
    """List your topics with their unread stories."""
    with session.app() as app:
        rows = [{"name": t.name, "query": t.query, "unread": app.topics.unread(t.name)} for t in app.topics.all()]
    output.write(
        rows,
        columns=("name", "query", "unread"),
        table=_print_topics,
    )
    if not rows:
        click.echo(_("You follow no topics yet: aggregator topics add NAME QUERY..."), err=True)


def _print_topics(rows: Any) -> None:
    head = {"unread": _("unread"), "name": _("topic"), "query": _("query")}
    print_table(rows, (("unread", -9), ("name", 24), ("query", 0)), head)


def _reasoned(rows: Any) -> Any:
    return (row | {"why": retell(row["why"], tongue())} for row in rows)


@topics.command()
@click.argument("name")
@click.option("--since", metavar="WHEN", help="Events with a story published since: 24h, 7d, 2026-11-20.")
@click.option("--limit", type=click.IntRange(min=1), default=50, show_default=True, help="At most so many.")
@feed_options
@pass_session
def show(session: Session, name: str, *, since: str | None, limit: int, output: Output) -> None:
    """Show the events of a topic, the latest first, and why each belongs to it.

    An event belongs to a topic if at least two of its original stories match the query, or half of them.
    """
    from aggregator.render.rows import EVENT_COLUMNS, event_row, iso

    with session.app() as app:
        now = app.clock()
        start = parse_when(since, now=now, zone=app.timezone)
        found = app.topics.events(name, since=start, limit=limit)
        rows = or_say(
            (event_row(t.event) | {"matched": t.matched, "originals": t.originals, "why": t.why} for t in found),
            _("No event belongs to this topic."),
        )
        topic = app.topics.get(name)
        output.write(
            rows,
            columns=(*EVENT_COLUMNS, "matched", "originals", "why"),
            table=lambda r: print_events(_reasoned(r), app.timezone, now),
            atom=lambda r: events_feed(
                r, page=app.page_of_events, title=topic.name, feed_id=f"urn:x-aggregator:topic:{topic.id}",
                at=iso(topic.created_at),
            ),
        )  # fmt: skip


@topics.command()
@click.argument("name")
@pass_session
def remove(session: Session, name: str) -> None:
    """Follow a topic no more."""
    with session.app() as app:
        topic = app.topics.remove(name)
    click.echo(
        _("Removed. Back: %(command)s", command=f"aggregator topics add {topic.name!r} {topic.query!r}"), err=True
    )


@topics.command()
@pass_session
def export(session: Session) -> None:
    """Print the topics as the commands that make them."""
    import shlex

    with session.app() as app:
        for topic in app.topics.all():
            click.echo(f"aggregator topics add {shlex.quote(topic.name)} -- {shlex.quote(topic.query)}")
