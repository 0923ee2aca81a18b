"""`aggregator digest`."""

from __future__ import annotations

import click

from aggregator.cli.output import is_plain, terminal_width, write_json
from aggregator.cli.session import Session, pass_session, say_if_empty
from aggregator.cli.speech import tongue
from aggregator.cli.when import parse_when

__all__ = ["digest"]


@click.command()
@click.option("--since", metavar="WHEN", help="What was first seen since: 24h, 2026-11-20. Remembers nothing.")
@click.option("--topic", metavar="NAME", help="Only the events of this topic, from where its last digest ended.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@click.option("--html", "as_html", is_flag=True, help="Print an HTML page.")
@click.option("--markdown", "as_markdown", is_flag=True, help="Print Markdown.")
@click.option("--why", is_flag=True, help="Show the parts of each event's rank.")
@pass_session
def digest(
    session: Session, *, since: str | None, topic: str | None, as_json: bool, as_html: bool, as_markdown: bool, why: bool
) -> None:  # fmt: skip
    """What is new since your last digest, each event told once.

    At most the last 24 hours; the next digest goes on from here. With --since, what was first seen since then,
    and nothing is remembered.

    \b
    Examples:
      aggregator digest
      aggregator digest --since 7d --json
      aggregator digest --topic Climate
    """
    from aggregator import render

    with session.app() as app:
        say_if_empty(app)
        start = parse_when(since, now=app.clock(), zone=app.timezone)
        made = app.digests.make(since=start, topic=topic, name=f"topic {topic}" if topic else "terminal")
        if as_json:
            write_json(render.digest_json(made))
        elif as_html:
            click.echo(render.digest_html(made, zone=app.timezone, tongue=tongue()))
        elif as_markdown:
            click.echo(render.digest_markdown(made, zone=app.timezone, tongue=tongue()))
        else:
            text = render.digest_text(
                made,
                width=terminal_width(),
                colour=not is_plain(),
                zone=app.timezone,
                why=why,
                tongue=tongue(),
            )
            click.echo(text.rstrip("\n"))
