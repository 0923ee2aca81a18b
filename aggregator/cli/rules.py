"""`aggregator rules …`."""

from __future__ import annotations

from typing import Any

import click

from aggregator.cli.helping import Group
from aggregator.cli.listing import Output, list_options, print_table
from aggregator.cli.session import Session, pass_session
from aggregator.cli.speech import _, ngettext
from aggregator.cli.stories import print_stories
from aggregator.cli.when import parse_when

__all__ = ["rules"]


@click.group(cls=Group)
def rules() -> None:
    """Rules: what happens by itself to stories that match a query.

    \b
    Actions: hide, read, star, quiet (keep out of digests), tag:NAME, notify (by the command, webhook or ntfy of [rules])
    \b
    Examples:
      aggregator rules test title:sponsored --since 30d          what it would hit; nothing changes
      aggregator rules add Adverts title:sponsored --do hide
      aggregator rules add Local weather --scope folder:local --do read --do tag:weather
      aggregator rules apply Adverts --since 30d
      aggregator rules undo
    """


@rules.command()
@click.argument("name")
@click.argument("query", metavar="[QUERY]...", nargs=-1)
@click.option("--do", "actions", metavar="ACTION", multiple=True, required=True, help="What to do; may be repeated.")
@click.option("--scope", default="", help="Only stories of folder:NAME, feed:NAME or outlet:NAME.")
@pass_session
def add(session: Session, name: str, query: tuple[str, ...], *, actions: tuple[str, ...], scope: str) -> None:
    """Add a rule for stories to come; `apply` takes it to those that are here."""
    with session.app() as app:
        rule = app.rules.add(name, " ".join(query), actions, scope=scope)
    click.echo(
        _("Added. For stories already here: %(command)s", command=f"aggregator rules apply {rule.name!r} --since 30d"),
        err=True,
    )


@rules.command("list")
@list_options
@pass_session
def list_(session: Session, *, output: Output) -> None:
    """List your rules in the order in which they are applied."""
    with session.app() as app:
        rows = [
            {"name": r.name, "scope": r.scope, "query": r.query, "actions": list(r.actions)} for r in app.rules.all()
        ]

    def shown(rows: Any) -> None:
        texts = (
            row | {"actions": ", ".join(row["actions"]), "query": f"{row['scope']} {row['query']}".strip()}
            for row in rows
        )
        head = {"name": _("rule"), "actions": _("actions"), "query": _("query")}
        print_table(texts, (("name", 20), ("actions", 24), ("query", 0)), head)

    output.write(rows, columns=("name", "scope", "query", "actions"), table=shown)
    if not rows:
        click.echo(_("There is no rule yet: aggregator rules add NAME QUERY... --do ACTION"), err=True)


@rules.command("test")
@click.argument("query", metavar="[QUERY]...", nargs=-1)
@click.option("--scope", default="", help="Only stories of folder:NAME, feed:NAME or outlet:NAME.")
@click.option("--since", metavar="WHEN", help="Published since: 24h, 7d, 2026-11-20.")
@click.option("--until", metavar="WHEN", help="Published until.")
@click.option("--limit", type=click.IntRange(min=0), help="At most so many.")
@list_options
@pass_session
def try_(
    session: Session, query: tuple[str, ...], *, scope: str, since: str | None, until: str | None, limit: int | None,
    output: Output,
) -> None:  # fmt: skip
    """List the stored stories that a rule would hit. Nothing changes, and the rule need not exist."""
    from aggregator.render.rows import STORY_COLUMNS, story_row

    with session.app() as app:
        now = app.clock()
        found = app.rules.test(
            " ".join(query), scope=scope, limit=limit,
            since=parse_when(since, now=now, zone=app.timezone),
            until=parse_when(until, now=now, zone=app.timezone, is_end=True),
        )  # fmt: skip
        count = 0

        def counted() -> Any:
            nonlocal count
            for story in found:
                count += 1
                yield story_row(story)

        output.write(counted(), columns=STORY_COLUMNS, table=lambda r: print_stories(r, app.timezone, now))
        click.echo(ngettext("%(num)s story would be hit.", "%(num)s stories would be hit.", count), err=True)


@rules.command()
@click.argument("name", required=False)
@click.option("--since", metavar="WHEN", default="30d", show_default=True, help="Stories published since.")
@pass_session
def apply(session: Session, name: str | None, *, since: str) -> None:
    """Apply a rule, or all of them, to stories that are here already."""
    with session.app() as app:
        done = app.rules.apply(name, since=parse_when(since, now=app.clock(), zone=app.timezone))
    if not done:
        click.echo(_("There is no rule yet: aggregator rules add NAME QUERY... --do ACTION"), err=True)
    for rule in done:
        undo = f" Undo: aggregator rules undo {rule.undo}" if rule.undo else ""
        click.echo(f"{rule.rule}: {rule.matched} match, {rule.changed} changed.{undo}", err=True)


@rules.command()
@click.argument("undo_id", metavar="[NUMBER]", type=int, required=False)
@pass_session
def undo(session: Session, undo_id: int | None) -> None:
    """Take back what applying a rule did, the latest without a number; marks are exactly as before."""
    with session.app() as app:
        act = app.rules.undo(undo_id)
    click.echo(f"Undone: {act.action}, {act.stories} {'story' if act.stories == 1 else 'stories'}.", err=True)


@rules.command()
@click.option("--limit", type=click.IntRange(1, 1000), default=50, show_default=True, help="At most so many.")
@list_options
@pass_session
def notices(session: Session, *, limit: int, output: Output) -> None:
    """List what rules told you of, newest first, by which way, and whether it got there."""
    from aggregator.render.rows import iso

    with session.app() as app:
        rows = [
            {"id": n.id, "made": iso(n.made_at), "rule": n.rule, "channel": n.channel, "story": n.story_id,
             "event": n.event_id, "state": n.state, "tries": n.tries, "answer": n.answer}
            for n in app.store.notices.latest(limit=limit)
        ]  # fmt: skip
    output.write(
        rows,
        columns=("id", "made", "rule", "channel", "story", "event", "state", "tries", "answer"),
        table=lambda r: print_table(r, (("made", 20), ("channel", 8), ("state", 6), ("story", -7), ("rule", 0))),
    )
    if not rows:
        click.echo(_("No rule has told you of anything yet."), err=True)


@rules.command()
@click.argument("name")
@pass_session
def remove(session: Session, name: str) -> None:
    """Remove a rule; what it did stays."""
    with session.app() as app:
        app.rules.remove(name)
    click.echo(_("Removed. What it did stays; see: aggregator mark log"), err=True)
