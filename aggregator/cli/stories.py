"""`aggregator stories` and `aggregator story`."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

import click

from aggregator.cli.listing import Output, feed_options, moments, or_say, print_table
from aggregator.cli.output import broken, is_plain, write_json
from aggregator.cli.session import Session, pass_session, say_if_empty
from aggregator.cli.speech import _, tongue
from aggregator.cli.when import parse_when
from aggregator.text.phrases import retell

if TYPE_CHECKING:
    from aggregator.model import RevisionChange, StoredEnclosure, Story

__all__ = ["print_stories", "stories", "stories_feed", "story"]


@click.command()
@click.argument("query", nargs=-1)
@click.option("--since", metavar="WHEN", help="Published since: 24h, 7d, 2026-11-20.")
@click.option("--until", metavar="WHEN", help="Published until; a date is meant with its whole day.")
@click.option("--limit", type=click.IntRange(0, 10**9), help="At most so many.")
@click.option("--fold", is_flag=True, help="Leave copies out.")
@click.option("--sort", type=click.Choice(["date", "relevance"]), default="date", help="Newest or most relevant first.")
@click.option("--text", "with_text", is_flag=True, help="Add the text to each row.")
@feed_options
@pass_session
def stories(
    session: Session, query: tuple[str, ...], *, since: str | None, until: str | None, limit: int | None, fold: bool,
    sort: str, with_text: bool, output: Output,
) -> None:  # fmt: skip
    """List stories, newest first; with a QUERY, those that match it.

    All words are one query; put -- before it if a word begins with a dash.

    \b
    Examples:
      aggregator stories --since 24h
      aggregator stories climate summit --json
      aggregator stories -- '"climate summit" -football title:rain* outlets:>3 since:7d'
      aggregator stories is:unread outlet:courier --columns published,title,url
      aggregator stories --fold --csv > stories.csv
      aggregator stories flood --text --limit 50 --atom > flood.xml
    """
    from aggregator.render.rows import STORY_COLUMNS, iso, story_row

    with session.app() as app:
        say_if_empty(app)
        now = app.clock()
        found = app.reading.stories(
            " ".join(query),
            since=parse_when(since, now=now, zone=app.timezone),
            until=parse_when(until, now=now, zone=app.timezone, is_end=True),
            limit=limit,
            fold=fold,
            by_relevance=sort == "relevance",
            with_text=with_text,
        )
        rows = or_say(
            (
                story_row(
                    s, with_text=with_text, enclosures=app.recordings.of(s.id, reader_id=1) if with_text else None
                )
                for s in found
            ),
            _("No story matches."),
        )
        columns = (*STORY_COLUMNS, "text") if with_text else STORY_COLUMNS
        output.write(
            rows,
            columns=columns,
            table=lambda r: print_stories(r, app.timezone, now),
            atom=lambda r: stories_feed(r, " ".join(("Stories", *query)), iso(now)),
        )


def stories_feed(rows: Any, title: str, at: str, *, feed_id: str = "urn:x-aggregator:stories") -> Any:
    """Rows of stories as the lines of an Atom feed."""
    from aggregator.render.syndication import atom_lines, story_entry

    return atom_lines(map(story_entry, rows), title=title, feed_id=feed_id, empty_at=at)


def print_stories(rows: Any, zone: str, now: datetime) -> None:
    """Rows of stories as a table for people."""
    moment, wide = moments(zone, now)

    def shown(row: dict[str, Any]) -> dict[str, Any]:
        copy = f"({_('copy of %(id)s', id=row['copy_of'])}) " if row["copy_of"] else ""
        return row | {"published": moment(row["published"]), "title": copy + (row["title"] or row["url"] or "")}

    print_table(map(shown, rows), (("id", -7), ("published", wide), ("outlet", 20), ("title", 0)))


def _print_revisions(changes: Sequence[RevisionChange], zone: str) -> None:
    from zoneinfo import ZoneInfo

    from aggregator.render.wording import what_changed

    if not changes:
        click.echo(_("It stands as it was first read."))
    for number, change in enumerate(changes):
        at = change.at.astimezone(ZoneInfo(zone))
        silent = f", {_('without a word')}" if change.is_silent else ""
        click.echo(
            f"{chr(10) if number else ''}{tongue().month_day(at)} {at:%H:%M} · {what_changed(change, tongue())}{silent}"
        )
        if "headline" in change.what_changed:
            _print_sides(change.title_before, change.title_after)
        for sentence in change.sentences:
            if sentence.kind != "same":
                _print_sides(sentence.before, sentence.after)


def _print_sides(before: str | None, after: str | None) -> None:
    """What was taken out and what was put in, as diff shows it."""
    for mark, text, colour in (("-", before, "red"), ("+", after, "green")):
        for line in broken(text, first=f"  {mark} ", indent="    ") if text else ():
            click.echo(line if is_plain() else click.style(line, fg=colour))


@click.command()
@click.argument("story_id", metavar="ID", type=int)
@click.option("--revisions", is_flag=True, help="What was changed after it was first read.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@pass_session
def story(session: Session, story_id: int, *, revisions: bool, as_json: bool) -> None:
    """Show one story with its text.

    \b
    Examples:
      aggregator story 12
      aggregator story 12 --revisions
    """
    from aggregator.render.rows import revision_row, story_row

    with session.app() as app:
        if revisions:
            changes = app.reading.revisions(story_id)
            if as_json:
                write_json([revision_row(c) for c in changes])
            else:
                _print_revisions(changes, app.timezone)
            return
        found = app.reading.story(story_id)
        enclosures = app.recordings.of(story_id, reader_id=1)
        if as_json:
            row = story_row(found, with_text=True, enclosures=enclosures)
            write_json(row | {"section": found.section, "credit": found.credit})
            return
        _print_story(found, enclosures, now=app.clock(), zone=app.timezone)


def _print_story(found: Story, enclosures: Sequence[StoredEnclosure], *, now: datetime, zone: str) -> None:
    from aggregator.render.times import clock, say_moment

    for line in broken(found.title or found.url or _("Untitled")):
        click.echo(line if is_plain() else click.style(line, bold=True))
    at = say_moment(found.published_at, now=now, zone=zone, tongue=tongue())
    event = _("event %(id)s", id=found.event_id) if found.event_id else ""
    about = [" · ".join(filter(None, (found.outlet, tongue().together(found.authors), at, event)))]
    if found.copy_of:
        why = retell(found.copy_reason or "", tongue())
        about.append(_("copy of story %(id)s: %(why)s", id=found.copy_of, why=why))
    if found.paywall or found.page_error:
        about.append(_("Page: %(trouble)s", trouble=found.paywall or found.page_error))
    for file in enclosures:
        length = clock(file.duration_s) if file.duration_s else None
        about.append(" · ".join(filter(None, (file.kind.capitalize(), length, file.url))))
    for paragraph in about:
        click.echo("\n".join(broken(paragraph)))
    if found.url:
        click.echo(found.url)
    click.echo()
    for paragraph in (found.text or _("(no text)")).split("\n"):
        click.echo("\n".join(broken(paragraph)))
