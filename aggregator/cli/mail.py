"""`aggregator mail …` and `aggregator service …`."""

from __future__ import annotations

import click

from aggregator.cli.helping import Group
from aggregator.cli.session import Session, pass_session

__all__ = ["mail", "service"]


@click.group(cls=Group)
def mail() -> None:
    """Mail: try the settings.

    \b
    Example:
      aggregator mail test --to me@example.org
    """


@mail.command()
@click.option("--to", metavar="ADDRESS", help="Where to; the first recipient of a digest, or the sender, if left out.")
@pass_session
def test(session: Session, *, to: str | None) -> None:
    """Send a short mail, and say which setting is wrong if it cannot be sent."""
    from aggregator.config import check_address

    if to is not None:
        try:
            check_address("--to", to)
        except ValueError as error:
            raise click.UsageError(str(error)) from error
    with session.app() as app:
        click.echo(app.mailing.test(to))


@click.group(cls=Group)
def service() -> None:
    """Keep `aggregator run` going: a systemd unit of your own.

    \b
    Example:
      aggregator service install
    """


@service.command()
@click.option("--print", "is_printed", is_flag=True, help="Print the unit, and write nothing.")
@pass_session
def install(session: Session, *, is_printed: bool) -> None:
    """Write a systemd user unit that runs `aggregator run` with this database and these settings."""
    from aggregator.app import service as units

    session.config()
    if is_printed:
        click.echo(units.unit(db=session.db, config=session.config_path), nl=False)
        return
    path = units.install(db=session.db, config=session.config_path)
    click.echo(f"Wrote {path}. Start it now and at every login:", err=True)
    click.echo(f"systemctl --user daemon-reload && systemctl --user enable --now {units.UNIT}")
    click.echo("To run it while you are not logged in: loginctl enable-linger", err=True)
