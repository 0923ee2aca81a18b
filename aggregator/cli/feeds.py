"""`aggregator feeds …`."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from aggregator.cli.output import format_of, output_options, table_lines, terminal_width, write_rows
from aggregator.cli.session import Session, pass_session, say_how_to_begin
from aggregator.errors import OPMLError

__all__ = ["feeds"]

LIST_COLUMNS = ("url", "title", "folder", "state", "last_polled", "next_poll", "failures", "error")
NEXT_COLUMNS = ("url", "title", "next_poll", "reason", "interval_s", "last_polled", "failures")


@click.group()
def feeds() -> None:
    """Subscriptions.

    \b
    Examples:
      aggregator feeds import                  the starter set
      aggregator feeds import my.opml          your own list
      aggregator feeds add https://example.org
      aggregator feeds list --json
      aggregator feeds export > my.opml
    """


@feeds.command("import")
@click.argument("file", required=False, type=click.File("rb"))
@pass_session
def import_(session: Session, file: Any) -> None:
    """Subscribe to all feeds of an OPML FILE (- for standard input); without one, to the starter set."""
    from aggregator.app.subscriptions import starter_set

    data = file.read() if file else starter_set()
    with session.app() as app:
        try:
            done = app.feeds.import_opml(data)
        except OPMLError as error:
            raise OPMLError(f"{file.name if file else 'feeds.opml'}: {error}") from error
    known = f", {len(done.known)} were subscribed to already" if done.known else ""
    click.echo(f"{len(done.added)} feeds added{known}. Now type: aggregator poll", err=True)


@feeds.command()
@click.argument("file", required=False, type=click.Path(dir_okay=False, path_type=Path))
@pass_session
def export(session: Session, file: Path | None) -> None:
    """Write all subscriptions as OPML, to FILE or standard output."""
    with session.app() as app:
        data = app.feeds.export_opml()
    if file is None:
        click.echo(data, nl=False)
    else:
        file.write_bytes(data)
        click.echo(f"Written to {file}.", err=True)


@feeds.command()
@click.argument("url")
@click.option("--folder", default="", help="The folder it goes into; a path like World/Europe.")
@click.option("--title", help="Your name for it.")
@pass_session
def add(session: Session, url: str, folder: str, title: str | None) -> None:
    """Subscribe to the feed at URL, or to the feed of the site there."""
    with session.app() as app:
        found = app.feeds.find(url)
        if len(found) > 1:
            click.echo(f"{url} offers {len(found)} feeds; add one of them:", err=True)
            for link in found:
                click.echo(
                    f"  aggregator feeds add {link.url}" + (f"   ({link.title})" if link.title else ""), err=True
                )
            raise SystemExit(1)
        done = app.feeds.add_one(found[0], folder=tuple(p for p in folder.split("/") if p), title=title)
    if done.added:
        click.echo(f"Added {done.added[0].url}. Undo: aggregator feeds remove {done.added[0].url}", err=True)
    else:
        click.echo(f"{done.known[0].url} is subscribed to already.", err=True)


@feeds.command("list")
@output_options
@pass_session
def list_(session: Session, *, as_json: bool, as_ndjson: bool, as_csv: bool) -> None:
    """List the subscriptions."""
    from aggregator.render.rows import feed_row

    form = format_of(as_json=as_json, as_ndjson=as_ndjson, as_csv=as_csv)
    with session.app() as app:
        say_how_to_begin(app)
        rows = [feed_row(feed) for feed in app.feeds.all()]
    write_rows(rows, form, columns=LIST_COLUMNS, table=_print_feeds)


def _print_feeds(rows: Any) -> None:
    folder = None
    for row in rows:
        if row["folder"] != folder:
            folder = row["folder"]
            click.echo(click.style(folder or "(no folder)", bold=True))
        trouble = f"  {row['error']}" if row["error"] else ""
        click.echo(f"  {row['title'] or row['url']}  {row['url']}{trouble}")


@feeds.command("next")
@output_options
@pass_session
def next_(session: Session, *, as_json: bool, as_ndjson: bool, as_csv: bool) -> None:
    """When each feed is asked next, and why then."""
    from aggregator.render.rows import next_row

    form = format_of(as_json=as_json, as_ndjson=as_ndjson, as_csv=as_csv)
    with session.app() as app:
        say_how_to_begin(app)
        rows = sorted((next_row(f) for f in app.feeds.all()), key=lambda r: (r["next_poll"] or "", r["url"]))

    def table(rows: Any) -> None:
        shown = ({**r, "next_poll": r["next_poll"] or "now", "title": r["title"] or r["url"]} for r in rows)
        for line in table_lines(shown, (("next_poll", 20), ("title", 32), ("reason", 0)), width=terminal_width()):
            click.echo(line)

    write_rows(rows, form, columns=NEXT_COLUMNS, table=table)


@feeds.command()
@click.argument("url")
@click.option(
    "--with-stories", is_flag=True, help="Take its stories away too; no feed brings them back, unless you undo."
)
@pass_session
def remove(session: Session, url: str, *, with_stories: bool) -> None:
    """End the subscription to URL; its stories stay."""
    with session.app() as app:
        feed = app.feeds.remove(url, with_stories=with_stories)
    gone = ", and the stories that came by it alone" if with_stories else ""
    later = " && aggregator poll   (what the feed still shows comes back)" if with_stories else ""
    click.echo(f"Removed {feed.url}{gone}. Undo: aggregator feeds restore {feed.url}{later}", err=True)


@feeds.command()
@click.argument("url")
@pass_session
def restore(session: Session, url: str) -> None:
    """Undo a removal; stories that went with it come back by the next poll, if the feed still shows them."""
    with session.app() as app:
        feed = app.feeds.restore(url)
    click.echo(f"Subscribed to {feed.url} again.", err=True)
