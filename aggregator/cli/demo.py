"""`aggregator demo`."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import click

from aggregator.cli.output import is_plain, terminal_width
from aggregator.cli.poll import metered, stopping
from aggregator.cli.session import Session, log_to_stderr, pass_session
from aggregator.cli.speech import _, tongue

if TYPE_CHECKING:
    from aggregator.app.demo import DayRead

__all__ = ["demo"]


@click.command()
@click.option("--once", is_flag=True, help="End after printing; leave no page open.")
@click.option("--port", type=click.IntRange(0, 65535), default=8080, show_default=True, help="The page's port.")
@click.option(
    "--keep",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="Leave the database there, for other commands to ask.",
)
@pass_session
def demo(session: Session, *, once: bool, port: int, keep: Path | None) -> None:
    """Five days of a made-up newsroom through the real pipeline: feeds and pages over HTTP, copies, events, digests.

    Prints each morning's digest, then leaves the page open until Ctrl-C. Your own database is not touched.

    \b
    Examples:
      aggregator demo --once
      aggregator demo --once --keep demo.db; aggregator --db demo.db events
    """
    from aggregator.app.demo import opened
    from aggregator.cli.run import serving

    if keep is not None and keep.exists():
        raise click.UsageError(f"{keep} is there already; the demo wants a new file.")
    log_to_stderr()
    with (
        tempfile.TemporaryDirectory(prefix="aggregator-demo-") as folder,
        opened(session.config(), keep or Path(folder) / "demo.db") as it,
    ):
        click.echo(
            _(
                "%(outlets)s outlets are on the air; %(mornings)s mornings follow.",
                outlets=len(it.server.feed_urls),
                mornings=len(it.mornings),
            )
            + "\n",
            err=True,
        )
        with stopping(it.app.polling.stop), metered() as meter:
            for day in it.days(on_progress=meter.show):
                meter.clear()
                _print_morning(day)
                if it.app.polling.stop.is_set():
                    return
            if once:
                return
            with serving(it.app, None, port) as page:
                click.echo(_("The page is at %(address)s. Stop with Ctrl-C.", address=page.address), err=True)
                it.app.polling.stop.wait()


def _print_morning(day: DayRead) -> None:
    from aggregator import render

    plain = is_plain()
    title = f"{tongue().day(day.at, year=True)}, 07:00"
    click.echo(title if plain else click.style(title, bold=True, underline=True))
    click.echo()
    click.echo(render.digest_text(day.digest, width=terminal_width(), colour=not plain, zone="UTC", tongue=tongue()))
