"""`aggregator mark …`."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import click

from aggregator.cli.helping import Group
from aggregator.cli.listing import Output, list_options, moments, print_table
from aggregator.cli.session import Session, pass_session
from aggregator.cli.speech import _, ngettext
from aggregator.text.numbers import row_number

__all__ = ["mark"]

READER = 1


@click.group(cls=Group)
def mark() -> None:
    """Mark stories and events read, starred, tagged or muted; every act can be undone.

    \b
    Examples:
      aggregator mark read 12 13
      aggregator mark read --event 7              all its stories
      aggregator mark read --matching outlet:courier until:7d
      aggregator mark star 12
      aggregator mark tag later 12 13
      aggregator mark mute 7                      until the event changes materially
      aggregator mark undo
    """


def _done(what: str, undo_id: int) -> None:
    click.echo(_("%(done)s. Undo: aggregator mark undo %(id)s", done=what, id=undo_id), err=True)


def _numbers(words: tuple[str, ...]) -> list[int]:
    if not words:
        raise click.UsageError("Name at least one number.")
    return list(map(_number, words))


def _number(word: str) -> int:
    number = row_number(word)
    if number is None:
        raise click.BadParameter(f"{word!r} is not a number; for a query use --matching.")
    return number


def _read_options(command: Callable[..., Any]) -> Callable[..., Any]:
    for option in (
        click.argument("words", metavar="ID... | QUERY...", nargs=-1),
        click.option("--event", "of_events", is_flag=True, help="The numbers are those of events."),
        click.option("--matching", is_flag=True, help="All stories that match the QUERY."),
    ):
        command = option(command)
    return command


def _marked(count: int, *, is_read: bool) -> str:
    if is_read:
        return ngettext("Marked %(num)s story read", "Marked %(num)s stories read", count)
    return ngettext("Marked %(num)s story unread", "Marked %(num)s stories unread", count)


def _marked_events(count: int, *, is_read: bool) -> str:
    if is_read:
        return ngettext("Marked event read, with all stories", "Marked %(num)s events read, with all stories", count)
    return ngettext("Marked event unread, with all stories", "Marked %(num)s events unread, with all stories", count)


def _mark_read(session: Session, words: tuple[str, ...], *, of_events: bool, matching: bool, is_read: bool) -> None:
    if of_events and matching:
        raise click.UsageError("--event and --matching exclude each other.")
    with session.app() as app:
        if matching:
            if not words:
                raise click.UsageError("Name a query; for every story: date:/today")
            undo_id, count = app.marks.read_matching(READER, " ".join(words), is_read=is_read)
            _done(_marked(count, is_read=is_read), undo_id)
        elif of_events:
            ids = _numbers(words)
            undo_id = app.marks.read_events(READER, ids, is_read=is_read)
            _done(_marked_events(len(ids), is_read=is_read), undo_id)
        else:
            ids = _numbers(words)
            for story_id in ids:
                app.reading.story(story_id)
            _done(_marked(len(ids), is_read=is_read), app.marks.read(READER, ids, is_read=is_read))


@mark.command()
@_read_options
@pass_session
def read(session: Session, words: tuple[str, ...], *, of_events: bool, matching: bool) -> None:
    """Mark stories read; with a copy its original."""
    _mark_read(session, words, of_events=of_events, matching=matching, is_read=True)


@mark.command()
@_read_options
@pass_session
def unread(session: Session, words: tuple[str, ...], *, of_events: bool, matching: bool) -> None:
    """Mark stories unread."""
    _mark_read(session, words, of_events=of_events, matching=matching, is_read=False)


@mark.command()
@click.argument("story_ids", metavar="ID...", type=int, nargs=-1, required=True)
@pass_session
def star(session: Session, story_ids: tuple[int, ...]) -> None:
    """Star stories."""
    with session.app() as app:
        _done(
            ngettext("Starred %(num)s story", "Starred %(num)s stories", len(story_ids)),
            app.marks.star(READER, story_ids),
        )


@mark.command()
@click.argument("story_ids", metavar="ID...", type=int, nargs=-1, required=True)
@pass_session
def unstar(session: Session, story_ids: tuple[int, ...]) -> None:
    """Take stars off."""
    with session.app() as app:
        what = ngettext("Took the star off %(num)s story", "Took the star off %(num)s stories", len(story_ids))
        _done(what, app.marks.star(READER, story_ids, is_starred=False))


@mark.command()
@click.argument("name", metavar="TAG")
@click.argument("story_ids", metavar="ID...", type=int, nargs=-1, required=True)
@pass_session
def tag(session: Session, name: str, story_ids: tuple[int, ...]) -> None:
    """Tag stories; find them with tag:TAG."""
    with session.app() as app:
        _done(
            ngettext("Tagged %(num)s story", "Tagged %(num)s stories", len(story_ids)),
            app.marks.tag(READER, name, story_ids),
        )


@mark.command()
@click.argument("name", metavar="TAG")
@click.argument("story_ids", metavar="ID...", type=int, nargs=-1, required=True)
@pass_session
def untag(session: Session, name: str, story_ids: tuple[int, ...]) -> None:
    """Take a tag off stories."""
    with session.app() as app:
        what = ngettext("Took the tag off %(num)s story", "Took the tag off %(num)s stories", len(story_ids))
        _done(what, app.marks.tag(READER, name, story_ids, is_tagged=False))


@mark.command()
@list_options
@pass_session
def tags(session: Session, *, output: Output) -> None:
    """List your tags."""
    with session.app() as app:
        rows = [{"tag": name, "stories": count} for name, count in app.marks.tags(READER).items()]
    output.write(rows, columns=("tag", "stories"), table=lambda r: print_table(r, (("stories", -7), ("tag", 0))))


@mark.command()
@click.argument("event_id", metavar="EVENT", type=int)
@pass_session
def mute(session: Session, event_id: int) -> None:
    """Keep an event off the front page and out of digests until it changes materially."""
    with session.app() as app:
        undo_id = app.marks.mute(READER, event_id)
        reports = app.marks.muted_until(READER, event_id)
    what = ngettext(
        "Muted until %(num)s outlet has reported it independently",
        "Muted until %(num)s outlets have reported it independently",
        reports or 0,
    )
    _done(what, undo_id)


@mark.command()
@click.argument("event_id", metavar="EVENT", type=int)
@pass_session
def unmute(session: Session, event_id: int) -> None:
    """Let an event back."""
    with session.app() as app:
        _done(_("Not muted any more"), app.marks.mute(READER, event_id, is_muted=False))


@mark.command()
@click.argument("undo_id", metavar="[NUMBER]", type=int, required=False)
@pass_session
def undo(session: Session, undo_id: int | None) -> None:
    """Undo an act; without its number, the latest."""
    with session.app() as app:
        click.echo(_("Undone: %(what)s.", what=app.marks.undo(READER, undo_id)), err=True)


@mark.command("log")
@list_options
@pass_session
def log_(session: Session, *, output: Output) -> None:
    """List your latest acts."""
    with session.app() as app:
        moment, wide = moments(app.timezone, app.clock())
        rows = [
            {
                "number": a.id,
                "at": f"{a.at:%Y-%m-%dT%H:%M:%SZ}",
                "act": a.action,
                "stories": a.stories,
                "undone": a.is_undone,
            }
            for a in app.marks.acts(READER)
        ]

    def shown(rows: Any) -> None:
        texts = (
            row | {"at": moment(row["at"]), "act": f"{row['act']}{' (undone)' if row['undone'] else ''}"}
            for row in rows
        )
        head = {"number": _("number"), "stories": _("stories"), "act": _("act")}
        print_table(texts, (("number", -6), ("at", wide), ("stories", -8), ("act", 0)), {"at": "", **head})

    output.write(rows, columns=("number", "at", "act", "stories", "undone"), table=shown)
    if not rows:
        click.echo(_("Nothing was marked yet."), err=True)
