"""`aggregator config …`."""

from __future__ import annotations

import click

from aggregator.cli.helping import Group
from aggregator.cli.output import write_json
from aggregator.cli.session import Session, pass_session

__all__ = ["config"]


@click.group(cls=Group)
def config() -> None:
    """Show or check the settings.

    \b
    Examples:
      aggregator config show
      aggregator config check
    """


@config.command()
@pass_session
def show(session: Session) -> None:
    """Print all settings as they are in force, as JSON; secrets are hidden."""
    from aggregator.config import shown

    write_json(shown(session.config()))


@config.command()
@pass_session
def check(session: Session) -> None:
    """Say whether the settings are right."""
    from aggregator.config import default_config_path

    session.config()
    path = session.config_path or default_config_path()
    click.echo(f"The settings are right ({path if path.exists() else 'no file; defaults'}).", err=True)
