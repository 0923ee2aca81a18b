"""`aggregator doctor`."""

from __future__ import annotations

import sys
from dataclasses import asdict

import click

from aggregator.cli.output import broken, write_json
from aggregator.cli.session import Session, pass_session
from aggregator.cli.speech import _, tongue
from aggregator.text.phrases import retell

__all__ = ["doctor"]


@click.command()
@click.option("--online", is_flag=True, help="Also ask outside: feeds, the clock, the mail server, the page's address.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@pass_session
def doctor(session: Session, *, online: bool, as_json: bool) -> None:
    """Look for trouble: settings, database, feeds. One line for each finding; exit 1 if there is any.

    \b
    Example:
      aggregator doctor
    """
    from aggregator.app.doctor import examine

    with session.app() as app:
        findings = examine(app)
        if online:
            from aggregator.app.online import examine_online

            findings += examine_online(app)
        plugins = app.resources.plugins.installed
    if as_json:
        write_json([asdict(finding) for finding in findings])
    else:
        for finding in findings:
            what, mend = retell(finding.what, tongue()), retell(finding.mend, tongue())
            for line in broken(f"{what}  {mend}".rstrip(), indent="  "):
                click.echo(line)
        for plugin in plugins:
            does = plugin.trouble or ", ".join(plugin.offers)
            click.echo(f"Plugin {plugin.name} {plugin.version or '(no version)'}: {does}", err=True)
        if not findings:
            click.echo(_("Nothing found."), err=True)
    if findings:
        sys.exit(1)
