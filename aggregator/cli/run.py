"""`aggregator run` and `aggregator serve`."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import click

from aggregator.cli.poll import stopping
from aggregator.cli.session import Session, log_to_stderr, pass_session, say_how_to_begin
from aggregator.cli.speech import _

if TYPE_CHECKING:
    from aggregator.app.app import App
    from aggregator.web.server import PageServer

__all__ = ["run", "serve", "serving"]


def _address(command: Callable[..., None]) -> Callable[..., None]:
    command = click.option("--port", type=click.IntRange(0, 65535), help="The port; 8080 if the settings say nothing.")(
        command
    )
    return click.option("--host", help="The address to listen on; 127.0.0.1 if the settings say nothing.")(command)


@click.command()
@_address
@pass_session
def run(session: Session, *, host: str | None, port: int | None) -> None:
    """Poll due feeds, scrape, cluster, make digests at their times and serve the page, until stopped.

    \b
    Example:
      aggregator run --port 8080
    """
    from aggregator.app.lease import Lease
    from aggregator.config import Settings
    from aggregator.schedule import running

    log_to_stderr(logging.INFO)
    with (
        session.app() as app,
        stopping(app.polling.stop),
        Lease(app.store, "run"),
        serving(app, host, port) as page,
        running(app, settings=Settings(session.config_path)),
    ):
        say_how_to_begin(app)
        click.echo(_("The page is at %(address)s. Stop with Ctrl-C.", address=page.address), err=True)
        app.polling.stop.wait()
        page.close()  # it ends while the jobs end


@click.command()
@_address
@pass_session
def serve(session: Session, *, host: str | None, port: int | None) -> None:
    """Serve the page, and poll nothing.

    \b
    Example:
      aggregator serve --port 8080
    """
    log_to_stderr(logging.INFO)
    with session.app() as app, stopping(app.polling.stop), serving(app, host, port) as page:
        click.echo(_("The page is at %(address)s. Stop with Ctrl-C.", address=page.address), err=True)
        app.polling.stop.wait()


@contextmanager
def serving(app: App, host: str | None, port: int | None) -> Iterator[PageServer]:
    """The page served by a thread, for a block."""
    from aggregator.web import make_server

    server = make_server(
        app,
        host=host or app.config.web.host,
        port=app.config.web.port if port is None else port,
    )
    thread = threading.Thread(target=server.run, name="web", daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.close()
        thread.join(timeout=2)
