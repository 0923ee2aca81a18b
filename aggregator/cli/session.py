"""What every command starts from: the global options, and the app that is opened from them."""

from __future__ import annotations

import contextlib
import logging
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import click

from aggregator.cli.speech import _
from aggregator.errors import ConfigError

if TYPE_CHECKING:
    from aggregator.app.app import App
    from aggregator.config import Config

__all__ = ["Session", "pass_session", "require_feeds", "say_how_to_begin", "say_if_empty"]


@dataclass(frozen=True, slots=True)
class Session:
    """The global options of one call."""

    db: Path | None
    config_path: Path | None
    now: str | None

    def config(self) -> Config:
        """The settings.

        Raises:
            ConfigError: they are wrong.

        """
        from aggregator.config import load

        return load(self.config_path)

    @contextlib.contextmanager
    def app(self) -> Iterator[App]:
        """The app, opened on the database; closed at the end of the block."""
        from aggregator.app.app import open_app
        from aggregator.app.clock import clock_from

        try:
            clock = clock_from(self.now)
        except ConfigError as error:
            raise click.UsageError(str(error)) from error
        with open_app(self.config(), db=self.db, clock=clock) as app:
            yield app


pass_session = click.make_pass_decorator(Session)


def say_how_to_begin(app: App) -> bool:
    """Say on stderr how to begin if there are no subscriptions; returns whether that was said."""
    if app.store.feeds.count():
        return False
    click.echo(
        f"{_('There are no subscriptions in %(path)s yet. Type one of:', path=app.store.path)}\n"
        f"  aggregator feeds import            ({_('a starter set; or your own OPML file')})\n"
        f"  aggregator feeds add ADDRESS       ({_('one feed or site')})",
        err=True,
    )
    return True


def say_if_empty(app: App) -> None:
    """Say on stderr how to begin if there is nothing to list: an imported archive needs no subscriptions."""
    if not app.store.events.any():
        say_how_to_begin(app)


def require_feeds(app: App) -> None:
    """Say how to begin, and exit 1, if there are no subscriptions."""
    if say_how_to_begin(app):
        sys.exit(1)


def log_to_stderr(level: int = logging.WARNING) -> None:
    """Log as text on a terminal, as JSON lines otherwise."""
    from aggregator.cli.logs import handler

    logging.basicConfig(level=level, handlers=[handler(sys.stderr)], force=True)
