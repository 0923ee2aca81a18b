"""`aggregator edit …` and `aggregator copies …`."""

from __future__ import annotations

from typing import Any

import click

from aggregator.cli.helping import Group
from aggregator.cli.listing import moments
from aggregator.cli.output import broken, write_json
from aggregator.cli.session import Session, pass_session
from aggregator.cli.speech import _, ngettext

__all__ = ["copies", "edit"]


@click.group(cls=Group)
def edit() -> None:
    """Correct how stories are grouped; every act is obeyed from then on, also by rebuild, and can be undone.

    \b
    Examples:
      aggregator edit split 12 345       story 345 tells of something else
      aggregator edit join 12 17         the two events are one
      aggregator edit pin 345 12         story 345 belongs to event 12
      aggregator edit undo
    """


def _done(edit_id: int) -> None:
    click.echo(_("Done (edit %(id)s). Undo: aggregator edit undo %(id)s", id=edit_id), err=True)


@edit.command()
@click.argument("event_id", metavar="EVENT", type=int)
@click.argument("story_ids", metavar="STORY...", type=int, nargs=-1, required=True)
@pass_session
def split(session: Session, event_id: int, story_ids: tuple[int, ...]) -> None:
    """Take stories out of an event: they tell of something else."""
    with session.app() as app:
        _done(app.editing.split(event_id, story_ids))


@edit.command()
@click.argument("event_ids", metavar="EVENT EVENT...", type=int, nargs=-1, required=True)
@pass_session
def join(session: Session, event_ids: tuple[int, ...]) -> None:
    """Make events one."""
    with session.app() as app:
        _done(app.editing.join(event_ids))


@edit.command()
@click.argument("story_id", metavar="STORY", type=int)
@click.argument("event_id", metavar="EVENT", type=int)
@pass_session
def pin(session: Session, story_id: int, event_id: int) -> None:
    """Put a story into an event."""
    with session.app() as app:
        _done(app.editing.pin(story_id, event_id))


@edit.command()
@click.argument("edit_id", metavar="[EDIT]", type=int, required=False)
@pass_session
def undo(session: Session, edit_id: int | None) -> None:
    """Undo an act; without its number, the latest."""
    with session.app() as app:
        undone = app.editing.undo(edit_id)
    click.echo(_("Undone: edit %(id)s (%(kind)s).", id=undone.id, kind=undone.kind), err=True)


@edit.command()
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@pass_session
def log(session: Session, *, as_json: bool) -> None:
    """List your acts, newest first."""
    with session.app() as app:
        acts = app.editing.log()
        moment, wide = moments(app.timezone, app.clock())
    rows: list[dict[str, Any]] = [
        {"id": a.id, "kind": a.kind, "at": f"{a.at:%Y-%m-%dT%H:%M:%SZ}", "undone": a.is_undone, "stories": a.groups}
        for a in acts
    ]
    if as_json:
        write_json(rows)
        return
    if not rows:
        click.echo(_("Nothing was edited yet."), err=True)
    for row in rows:
        click.echo(f"{row['id']:>4}  {moment(row['at']):>{-wide}}  {row['kind']}{' (undone)' if row['undone'] else ''}")
        for first, *others in row["stories"]:
            more = ngettext("and %(num)s more story", "and %(num)s more stories", len(others)) if others else ""
            click.echo("\n".join(broken(f"{first} {more}".rstrip(), first=" " * 6, indent=" " * 8)))


@click.group(cls=Group)
def copies() -> None:
    """Copies: why, and undo.

    \b
    Examples:
      aggregator copies why 345 346
      aggregator copies undo 345
    """


@copies.command()
@click.argument("one", metavar="A", type=int)
@click.argument("other", metavar="B", type=int)
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@pass_session
def why(session: Session, one: int, other: int, *, as_json: bool) -> None:
    """Say how two stories' texts agree, and whether that makes one a copy; shows the longest shared passages."""
    with session.app() as app:
        found = app.reading.compare(one, other)
    if as_json:
        write_json(found)
        return
    click.echo("\n".join(broken(found["reason"])))
    for passage in found["passages"]:
        click.echo("\n".join(broken(f"“{' '.join(passage.split())}”", first="  ", indent="  ")))


@copies.command("undo")
@click.argument("story_id", metavar="ID", type=int)
@pass_session
def undo_copy(session: Session, story_id: int) -> None:
    """Say that story ID is not a copy of the one it counts as a copy of."""
    with session.app() as app:
        _done(app.editing.not_a_copy(story_id))
