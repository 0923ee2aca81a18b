"""`aggregator digests …`: named digests, their editions and their mail."""

from __future__ import annotations

import sys
import webbrowser
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from aggregator.cli.helping import Group
from aggregator.cli.listing import Output, list_options, moments, print_table
from aggregator.cli.output import is_plain, terminal_width, write_json
from aggregator.cli.session import Session, pass_session
from aggregator.cli.speech import _, ngettext, tongue
from aggregator.text.tongue import LANGUAGES

if TYPE_CHECKING:
    from aggregator.app.app import App
    from aggregator.app.mailing import Sent

__all__ = ["digests"]

ANY_SIZE = 10_000_000


@click.group(cls=Group)
def digests() -> None:
    """Named digests: made at their times, kept as editions, sent by mail.

    \b
    Examples:
      aggregator digests add morning --at 07:00 --tz Europe/Lisbon --days mon-fri --to me@example.org
      aggregator digests preview morning --open
      aggregator digests send morning --if-due
      aggregator digests audit
    """


@digests.command()
@click.argument("name")
@click.option("--at", default="07:00", show_default=True, metavar="HH:MM", help="The local time.")
@click.option("--tz", metavar="ZONE", help="The time zone, such as Europe/Lisbon; yours if left out.")
@click.option("--days", metavar="DAYS", help="Days of the week, such as mon-fri or mon,thu; all if left out.")
@click.option("--to", metavar="ADDRESS", multiple=True, help="Send it there by mail; may be given several times.")
@click.option(
    "--topic", "topics", metavar="TOPIC", multiple=True, help="Only events of this topic; several may be given."
)
@click.option("--max-events", type=click.IntRange(min=1), help="The most events.")
@click.option("--language", type=click.Choice(list(LANGUAGES)), help="The language of its mail; yours if left out.")
@click.option("--empty", type=click.Choice(["skip", "send"]), help="What becomes of an edition without news.")
@pass_session
def add(session: Session, /, name: str, **given: Any) -> None:
    """Have a digest made at a time of day. It is written into the settings file as [digests.NAME]."""
    from aggregator.app.settings_file import add_digest, remove_digest
    from aggregator.config import default_config_path
    from aggregator.errors import AggregatorError

    given["topics"], given["to"] = list(given["topics"]), list(given["to"])
    keys = {key: value for key, value in given.items() if value not in (None, [])}
    path = session.config_path or default_config_path()
    add_digest(path, name, keys)
    try:
        with session.app() as app:
            for topic in given["topics"]:
                app.topics.get(topic)
            named = next(n for n in app.publishing.named() if n.name == name)
            click.echo(
                _(
                    "%(digest)s is made next on %(time)s (%(zone)s), by: aggregator run",
                    digest=name,
                    time=_local(named.next_at, named.zone),
                    zone=named.zone,
                ),
                err=True,
            )
            _say_if_mail_is_not_set(app)
    except AggregatorError:
        remove_digest(path, name)  # a setting that cannot be read would stop every other command
        raise


@digests.command("list")
@list_options
@pass_session
def list_(session: Session, *, output: Output) -> None:
    """List the named digests: when each is made next, and for whom."""
    from aggregator.render.rows import iso

    with session.app() as app:
        named = app.publishing.named()
    zones = {n.name: n.zone for n in named}
    rows = [
        {
            "name": n.name, "at": n.settings.at, "zone": n.zone, "days": n.settings.days, "next": iso(n.next_at),
            "last": iso(n.last_at) if n.last_at else None, "to": list(n.settings.to), "topics": list(n.settings.topics),
            "stopped": [r.address for r in n.recipients if not r.wants_mail],
        }
        for n in named
    ]  # fmt: skip

    def shown(row: dict[str, Any]) -> dict[str, Any]:
        whom = [a + (f" ({_('stopped')})" if a in row["stopped"] else "") for a in row["to"]]
        return {**row, "next": _local(row["next"], zones[row["name"]]), "to": ", ".join(whom)}

    head = {"name": _("digest"), "next": _("next"), "days": _("days"), "to": _("to")}
    output.write(
        rows,
        columns=("name", "at", "zone", "days", "next", "last", "to", "topics", "stopped"),
        table=lambda r: print_table(map(shown, r), (("name", 14), ("next", 16), ("days", 9), ("to", 0)), head),
    )
    if not rows:
        click.echo(_("No digest has a name yet: aggregator digests add morning --at 07:00 --to ADDRESS"), err=True)


@digests.command()
@click.argument("name")
@click.option("--open", "is_opened", is_flag=True, help="Show the mail's HTML part in the browser.")
@click.option("--html", "as_html", is_flag=True, help="Print the mail's HTML part.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@pass_session
def preview(session: Session, *, name: str, is_opened: bool, as_html: bool, as_json: bool) -> None:
    """Show the edition that would be made now. Nothing is sent, nothing remembered."""
    from aggregator import render

    with session.app() as app:
        digest = app.publishing.preview(name)
        subject, text, html = app.mailing.written(name, digest)
    if as_json:
        write_json(render.digest_json(digest))
    elif as_html:
        click.echo(html, nl=False)
    elif is_opened:
        _open(html)
    else:
        click.echo(f"{_('Subject')}: {subject}\n\n{text}", nl=False)


@digests.command()
@click.argument("name")
@click.option("--to", metavar="ADDRESS", multiple=True, help="Send it there, and not to its own recipients.")
@click.option("--if-due", is_flag=True, help="Only if its time has come and it was not made yet: for cron and timers.")
@pass_session
def send(session: Session, *, name: str, to: tuple[str, ...], if_due: bool) -> None:
    """Make an edition now and send it; also sends what waits from before.

    \b
    Example, for cron:
      */5 * * * *  aggregator poll && aggregator digests send morning --if-due
    """
    from aggregator.config import check_recipient

    for address in to:
        try:
            check_recipient("--to", address)
        except ValueError as error:
            raise click.UsageError(str(error)) from error
    if if_due and to:
        raise click.UsageError(
            "--if-due and --to exclude each other: an edition that is due goes to its own recipients."
        )
    with session.app() as app:
        if if_due:
            app.publishing.named_one(name)
            editions = app.publishing.publish_due([name])
        else:
            editions = (app.publishing.publish(name, to=to),)
        for edition in editions:
            _say_edition(edition)
        sent = app.mailing.send_due(stop=app.polling.stop)
    _say_sent(sent)


@digests.command()
@click.argument("edition", type=int)
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@click.option("--html", "as_html", is_flag=True, help="Print an HTML page.")
@click.option("--markdown", "as_markdown", is_flag=True, help="Print Markdown.")
@pass_session
def show(session: Session, *, edition: int, as_json: bool, as_html: bool, as_markdown: bool) -> None:
    """Print an edition as it was made."""
    from aggregator import render

    with session.app() as app:
        digest, zone = app.digests.edition(edition), app.timezone
    if as_json:
        write_json(render.digest_json(digest))
    elif as_html:
        click.echo(render.digest_html(digest, zone=zone, tongue=tongue()))
    elif as_markdown:
        click.echo(render.digest_markdown(digest, zone=zone, tongue=tongue()))
    else:
        text = render.digest_text(digest, width=terminal_width(), colour=not is_plain(), zone=zone, tongue=tongue())
        click.echo(text.rstrip("\n"))


@digests.command()
@click.option("--limit", type=click.IntRange(min=1), default=50, show_default=True, help="The most editions.")
@list_options
@pass_session
def editions(session: Session, *, limit: int, output: Output) -> None:
    """List the editions made so far, the latest first."""
    from aggregator.render.rows import iso

    with session.app() as app:
        moment, wide = moments(app.timezone, app.clock())
        found = app.digests.archive(limit=limit)
    rows = [
        {
            "id": e["id"], "name": e["name"], "made": iso(e["made_at"]), "events": e["counts"].get("events", 0),
            "stories": e["counts"].get("stories", 0),
        }
        for e in found
    ]  # fmt: skip
    output.write(
        rows,
        columns=("id", "name", "made", "events", "stories"),
        table=lambda r: print_table(
            ({**row, "made": moment(row["made"])} for row in r),
            (("id", -7), ("made", wide), ("events", -10), ("name", 0)),
            {"id": _("edition"), "made": "", "events": _("events"), "name": _("digest")},
        ),
    )


@digests.command()
@click.argument("edition", type=int, required=False)
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@pass_session
def verify(session: Session, *, edition: int | None, as_json: bool) -> None:
    """Find every sentence of an edition again in its story; of all editions if none is named. Exit 1 if one is not there."""
    with session.app() as app:
        ids = [edition] if edition else [row["id"] for row in app.digests.archive(limit=ANY_SIZE)]
        found = [(number, miss) for number in ids for miss in app.digests.mismatches(app.digests.edition(number))]
    rows = [
        {"edition": number, "event": m.event_id, "story": m.sentence.story_id, "kind": m.kind, "text": m.sentence.text}
        for number, m in found
    ]
    if as_json:
        write_json(rows)
    for row in rows if not as_json else ():
        click.echo(
            f"edition {row['edition']}, event {row['event']}, story {row['story']}: {row['kind']}: {row['text']}"
        )
    if not rows:
        click.echo(
            ngettext(
                "Every sentence of %(num)s edition stands in its story.",
                "Every sentence of %(num)s editions stands in its story.",
                len(ids),
            ),
            err=True,
        )
    if any(row["kind"] != "edited" for row in rows):
        sys.exit(1)


@digests.command()
@click.argument("name", required=False)
@click.option("--since", metavar="WHEN", help="Mail made since: 24h, 7d, 2026-11-20.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON, every step of every mail.")
@pass_session
def audit(session: Session, *, name: str | None, since: str | None, as_json: bool) -> None:
    """The ledger: every edition for every recipient, and what became of it. Exit 1 if one is in doubt, lost or late."""
    from aggregator.cli.when import parse_when

    with session.app() as app:
        start = parse_when(since, now=app.clock(), zone=app.timezone)
        report = app.mailing.audit(digest=name, since=start)
        zone = app.timezone
    if as_json:
        write_json(report.as_dict())
    else:
        for row in report.rows:
            answer = row["answer"] if row["state"] != "sent" or row["in_doubt"] else ""
            doubt = "  " + _("may have come twice, under one Message-ID") if row["in_doubt"] else ""
            made = _local(row["made_at"], zone)
            click.echo(f"{made}  {row['digest']}  {row['recipient']}  {row['verdict']}{doubt}  {answer or ''}".rstrip())
    click.echo(report.summary, err=True)
    if not report.is_clean:
        sys.exit(1)


@digests.command()
@click.argument("address")
@pass_session
def resume(session: Session, address: str) -> None:
    """Send to an address again that refused mail three times in a row, or that was unsubscribed."""
    with session.app() as app:
        changed = app.publishing.resume(address)
    click.echo(
        _("%(address)s gets mail again.", address=address)
        if changed
        else _("%(address)s was neither paused nor unsubscribed.", address=address),
        err=True,
    )


@digests.command()
@click.argument("name")
@pass_session
def remove(session: Session, name: str) -> None:
    """Make this digest no longer: takes [digests.NAME] out of the settings file. Its editions stay."""
    from aggregator.app.settings_file import remove_digest
    from aggregator.config import default_config_path

    remove_digest(session.config_path or default_config_path(), name)
    click.echo(_("%(digest)s is made no longer; its editions stay: aggregator digests editions", digest=name), err=True)


def _local(at: Any, zone: str) -> str:
    """A time in a zone, to the minute; `at` may be the database's text."""
    from datetime import datetime
    from zoneinfo import ZoneInfo

    moment = datetime.fromisoformat(at) if isinstance(at, str) else at
    return f"{moment.astimezone(ZoneInfo(zone)):%Y-%m-%d %H:%M}"


def _say_edition(edition: Any) -> None:
    if edition.edition_id is None:
        click.echo(_("%(digest)s: nothing new, so no edition was made.", digest=edition.name), err=True)
        return
    click.echo(
        ngettext(
            "%(digest)s: edition %(edition)s with %(num)s event for %(whom)s.",
            "%(digest)s: edition %(edition)s with %(num)s events for %(whom)s.",
            edition.digest.events,
            digest=edition.name,
            edition=edition.edition_id,
            whom=tongue().together(edition.recipients) or _("nobody by mail"),
        ),
        err=True,
    )


def _say_sent(sent: Sent) -> None:
    for problem in sent.problems:
        click.echo(problem, err=True)
    if sent.sent:
        click.echo(ngettext("%(num)s mail sent.", "%(num)s mails sent.", sent.sent), err=True)
    if sent.deferred:
        click.echo(
            _("What was not taken is tried again by the next `aggregator digests send`, or by `aggregator run`."),
            err=True,
        )
    if sent.problems:
        sys.exit(1)


def _say_if_mail_is_not_set(app: App) -> None:
    """Say on stderr what mail still needs, if somebody is to get any."""
    from aggregator.app.mailing import sender_of, transport_of
    from aggregator.errors import DeliveryError

    try:
        if any(digest.to for digest in app.config.digests.values()):
            sender_of(app.config.mail)
            transport_of(app.config.mail)
    except DeliveryError as error:
        click.echo(str(error), err=True)


def _open(html: str) -> None:
    """Show a page in the browser, from a file that stays until the machine tidies up."""
    import tempfile

    with tempfile.NamedTemporaryFile("w", suffix=".html", prefix="digest-", delete=False, encoding="utf-8") as file:
        file.write(html)
    click.echo(file.name)
    webbrowser.open(Path(file.name).as_uri())
