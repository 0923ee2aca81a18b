"""`aggregator feeds …`."""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from aggregator.cli.helping import Group
from aggregator.cli.listing import Output, list_options, moments, print_table
from aggregator.cli.output import broken, write_json
from aggregator.cli.session import Session, pass_session, say_how_to_begin
from aggregator.cli.speech import _, ngettext, tongue
from aggregator.cli.when import parse_span, typed_span
from aggregator.errors import OPMLError
from aggregator.model import Access, PageSelectors
from aggregator.text.phrases import retell

if TYPE_CHECKING:
    from aggregator.parse import FeedLink

__all__ = ["feeds"]

SHORTEST_S = 60.0
LONGEST_S = 30 * 86_400.0
_HEADER_NAME = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~-]+")  # RFC 9110 5.6.2
SETTINGS = ("every_s", "login", "headers", "proxy", "selectors")
MOMENTS = ("last_polled", "next_poll", "added", "last_ok", "last_new")
MOST_TITLE = 32  # columns, in the list for people
LIST_COLUMNS = ("url", "title", "folder", "state", "last_polled", "next_poll", "failures", "error", *SETTINGS)
NEXT_COLUMNS = ("url", "title", "next_poll", "reason", "interval_s", "last_polled", "failures", "state")


@click.group(cls=Group)
def feeds() -> None:
    """Subscriptions.

    \b
    Examples:
      aggregator feeds import                  the starter set
      aggregator feeds import my.opml          your own list
      aggregator feeds add https://example.org
      aggregator feeds set https://example.org/feed.xml --every 15m
      aggregator feeds list --json
      aggregator feeds show https://example.org/feed.xml
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
            done = app.feeds.import_opml(data, here=True)
        except OPMLError as error:
            raise OPMLError(f"{file.name if file else 'feeds.opml'}: {error}") from error
    for line in done.said_of_left_out():
        click.echo(retell(line, tongue()), err=True)
    told = ngettext("%(num)s feed added", "%(num)s feeds added", len(done.added))
    if done.known:
        told += ngettext(", %(num)s was subscribed to already", ", %(num)s were subscribed to already", len(done.known))
    click.echo(_("%(done)s. Now type: aggregator poll", done=told), err=True)


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
        click.echo(_("Written to %(file)s.", file=file), err=True)


def _access_options(command: Callable[..., None]) -> Callable[..., None]:
    """Options that say with what a feed is asked."""
    for option in (
        click.option("--proxy", metavar="URL", help="Ask it through this proxy."),
        click.option("--auth", metavar="USER[:PASSWORD]", help="Log in; without a password you are asked for it."),
        click.option("--header", "headers", multiple=True, metavar="'NAME: VALUE'", help="Send this header as well."),
    ):
        command = option(command)
    return command


def _selector_options(command: Callable[..., None]) -> Callable[..., None]:
    """Options by which a page is read as a feed."""
    for option in (
        click.option("--entry-summary", metavar="CSS", help="Where in an entry its summary is."),
        click.option("--entry-date", metavar="CSS", help="Where in an entry its date is."),
        click.option("--entry-link", metavar="CSS", help="Where in an entry its link is."),
        click.option("--entry-title", metavar="CSS", help="Where in an entry its title is."),
        click.option("--entry", metavar="CSS", help="Read the page as a feed: each element that matches is an entry."),
    ):
        command = option(command)
    return command


def _access(headers: tuple[str, ...], auth: str | None, proxy: str | None, before: Access) -> Access | None:
    """How a feed is asked from now on, None if nothing was said; an empty text takes back what is set."""
    if not headers and auth is None and proxy is None:
        return None
    pairs = [(name.strip(), value.strip()) for name, _, value in (h.partition(":") for h in headers if h)]
    if any(not _HEADER_NAME.fullmatch(name) or not value for name, value in pairs):
        raise click.BadParameter("write it as 'Name: value'.", param_hint="--header")
    if proxy and not proxy.startswith(("http://", "https://")):
        raise click.BadParameter("it must begin with http:// or https://.", param_hint="--proxy")
    return Access(
        headers=tuple(pairs) if headers else before.headers,
        auth=_login(auth) if auth is not None else before.auth,
        proxy=before.proxy if proxy is None else proxy or None,
    )


def _login(auth: str) -> tuple[str, str] | None:
    user, colon, password = auth.partition(":")
    if not auth:
        return None
    return user, password if colon else click.prompt(_("Password of %(name)s", name=user), hide_input=True, err=True)


def _selectors(given: dict[str, str | None]) -> PageSelectors | None:
    entry = given.pop("entry")
    parts = {name.removeprefix("entry_"): value or None for name, value in given.items()}
    if entry:
        return PageSelectors(entry=entry, **parts)
    if any(parts.values()):
        raise click.UsageError("Say with --entry what an entry is.")
    return None


@feeds.command()
@click.argument("url")
@click.option("--folder", default="", help="The folder it goes into; a path like World/Europe.")
@click.option("--title", help="Your name for it.")
@_access_options
@_selector_options
@pass_session
def add(
    session: Session, /, *, url: str, folder: str, title: str | None, headers: tuple[str, ...], auth: str | None,
    proxy: str | None, **selectors: str | None,
) -> None:  # fmt: skip
    """Subscribe to the feed at URL, or to the feed of the site there; with --entry, to a page that has none.

    \b
    Examples:
      aggregator feeds add https://example.org
      aggregator feeds add https://example.org/private.xml --auth me
      aggregator feeds add https://example.org/press --entry '.news li' --entry-title h3
      aggregator feeds add imaps://me@imap.example.org/Letters
    """
    from aggregator.app.subscriptions import folder_path, split_login

    chosen = _selectors(selectors)
    address = url
    url, access = split_login(url, _access(headers, auth, proxy, Access()) or Access())
    path = folder_path(folder)
    with session.app() as app:
        if chosen:
            done, read = app.feeds.add_page(url, chosen, folder=path, title=title, access=access)
            click.echo(
                f"{len(read.entries)} entries, the first: {read.entries[0].title or read.entries[0].link}", err=True
            )
        elif (local := app.feeds.add_local(address, folder=path, title=title)) is not None:
            done = local
        else:
            done = app.feeds.add_one(_one_of(url, app.feeds.find(url, access)), folder=path, title=title, access=access)
    if done.added:
        click.echo(_("Added %(url)s. Undo: aggregator feeds remove %(url)s", url=done.added[0].url), err=True)
    else:
        click.echo(_("%(url)s is subscribed to already.", url=done.known[0].url), err=True)


def _one_of(url: str, found: Sequence[FeedLink]) -> FeedLink:
    """The feed to add: the only one, or the one that is chosen; without anybody to ask, the choice is told."""
    if len(found) == 1:
        return found[0]
    can_ask = sys.stdin.isatty() and sys.stderr.isatty()
    offers = ngettext("%(url)s offers %(num)s feed", "%(url)s offers %(num)s feeds", len(found), url=url)
    click.echo(f"{offers}:" if can_ask else _("%(offers)s; add one of them:", offers=offers), err=True)
    for number, link in enumerate(found, 1):
        start = f"{number:3}  " if can_ask else "  aggregator feeds add "
        click.echo(f"{start}{link.url}" + (f"   ({link.title})" if link.title else ""), err=True)
    if not can_ask:
        raise SystemExit(1)
    return found[click.prompt(_("Which one"), type=click.IntRange(1, len(found)), default=1, err=True) - 1]


@feeds.command("set")
@click.argument("url")
@click.option("--every", metavar="SPAN", help="Ask it every 15m, 2h or 1d; `auto` for its own rhythm.")
@_access_options
@_selector_options
@pass_session
def set_(
    session: Session, /, *, url: str, every: str | None, headers: tuple[str, ...], auth: str | None, proxy: str | None,
    **selectors: str | None,
) -> None:  # fmt: skip
    """Set how the feed at URL is asked: how often, with which login, header or proxy. An empty value takes it back.

    What a server asks for (Retry-After) goes before what is set here. Logins are kept in the database and never shown.

    \b
    Examples:
      aggregator feeds set https://example.org/feed.xml --every 15m
      aggregator feeds set https://example.org/feed.xml --every auto
      aggregator feeds set https://example.org/feed.xml --header 'X-Token: abc' --proxy http://127.0.0.1:3128
      aggregator feeds set https://example.org/feed.xml --auth ''
    """
    from aggregator.render.rows import iso

    seconds = 0.0 if every == "auto" else None if every is None else parse_span(every)
    if seconds and not SHORTEST_S <= seconds <= LONGEST_S:
        raise click.BadParameter("between 1m and 30d.", param_hint="--every")
    chosen = _selectors(selectors)
    with session.app() as app:
        access = _access(headers, auth, proxy, app.feeds.get(url).access)
        if seconds is None and access is None and chosen is None:
            raise click.UsageError("Say what to set; see: aggregator feeds set --help")
        feed = app.feeds.change(url, every_s=seconds, access=access, selectors=chosen)
        moment, _wide = moments(app.timezone, app.clock())
    when = moment(iso(feed.next_poll_at)) if feed.next_poll_at else _("with the next poll")
    click.echo(_("%(url)s is asked next %(when)s.", url=feed.url, when=when), err=True)


@feeds.command("list")
@list_options
@pass_session
def list_(session: Session, *, output: Output) -> None:
    """List the subscriptions."""
    from aggregator.render.rows import feed_row

    with session.app() as app:
        say_how_to_begin(app)
        rows = [feed_row(feed) for feed in app.feeds.all()]
    output.write(rows, columns=LIST_COLUMNS, table=_print_feeds)


def _print_feeds(rows: Any) -> None:
    from aggregator.render.columns import fit, width_of

    folder, rows = None, list(rows)
    wide = min(MOST_TITLE, max((width_of(row["title"] or "") for row in rows), default=0))
    for row in rows:
        if row["folder"] != folder:
            folder = row["folder"]
            click.echo(click.style(folder or _("(no folder)"), bold=True))
        settings = "".join(f"  [{said}]" for said in _settings(row))
        title = fit(row["title"] or "", wide)
        click.echo(f"  {title}{' ' * (wide - width_of(title))}  {row['url']}{settings}")
        for line in broken(retell(row["error"], tongue()), first="    ", indent="    ") if row["error"] else ():
            click.echo(line)


def _settings(row: dict[str, Any]) -> list[str]:
    """What was set for one feed, in the words that set it."""
    from aggregator.render.columns import one_line

    said = [
        ("--every", row["every_s"] and typed_span(row["every_s"])),
        ("--auth", row["login"]),
        ("--proxy", row["proxy"]),
    ]
    said += [("--header", header) for header in row["headers"]]
    said += [(f"--entry-{part}".removesuffix("-entry"), css) for part, css in (row["selectors"] or {}).items()]
    return [one_line(f"{name} {value}") for name, value in said if value]


@feeds.command()
@click.argument("url")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@pass_session
def show(session: Session, *, url: str, as_json: bool) -> None:
    """All about the feed at URL: how it does, what was set for it, when it is asked next and why then."""
    from aggregator.render.columns import one_line
    from aggregator.render.rows import feed_detail

    with session.app() as app:
        row = feed_detail(app.feeds.get(url))
        moment, _wide = moments(app.timezone, app.clock())
    if as_json:
        write_json(row)
        return
    told = {name: value for name, value in row.items() if name not in {*SETTINGS, "interval_s"}}
    told |= {name: moment(row[name]) for name in MOMENTS if row[name]}
    told |= {name: retell(row[name], tongue()) for name in ("error", "reason") if row[name]}
    told |= {"set": "  ".join(_settings(row))}
    for name, value in told.items():
        if value not in {None, ""}:
            label = f"{name.replace('_', ' '):12}  "
            click.echo("\n".join(broken(one_line(str(value)), first=label, indent=" " * len(label))))


@feeds.command("next")
@list_options
@pass_session
def next_(session: Session, *, output: Output) -> None:
    """When each feed is asked next, and why then."""
    from aggregator.render.rows import next_row

    with session.app() as app:
        say_how_to_begin(app)
        moment, wide = moments(app.timezone, app.clock())
        rows = sorted(
            (next_row(f) for f in app.feeds.all()), key=lambda r: (r["state"], r["next_poll"] or "", r["url"])
        )

    def table(rows: Any) -> None:
        shown = (
            {
                **r,
                "next_poll": _when(r, moment),
                "title": r["title"] or r["url"],
                "reason": retell(r["reason"], tongue()),
            }
            for r in rows
        )
        print_table(shown, (("next_poll", wide), ("title", 20), ("reason", 0)))

    output.write(rows, columns=NEXT_COLUMNS, table=table)


def _when(row: dict[str, Any], moment: Callable[[str], str]) -> str:
    """When a feed is asked next."""
    if row["state"] != "active":
        return _("never")
    return moment(row["next_poll"]) if row["next_poll"] else _("now")


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
    if with_stories:
        message = _(
            "Removed %(url)s, and the stories that came by it alone. Undo: aggregator feeds restore %(url)s"
            " && aggregator poll   (what the feed still shows comes back)",
            url=feed.url,
        )
    else:
        message = _("Removed %(url)s. Undo: aggregator feeds restore %(url)s", url=feed.url)
    click.echo(message, err=True)


@feeds.command()
@click.argument("url")
@pass_session
def restore(session: Session, url: str) -> None:
    """Undo a removal; stories that went with it come back by the next poll, if the feed still shows them."""
    with session.app() as app:
        feed = app.feeds.restore(url)
    click.echo(_("Subscribed to %(url)s again.", url=feed.url), err=True)
