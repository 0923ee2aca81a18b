"""`aggregator poll` and `aggregator rebuild`."""

from __future__ import annotations

import logging
import os
import signal
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Event as StopSignal
from typing import TYPE_CHECKING, Any

import click

from aggregator.cli.output import broken, write_json
from aggregator.cli.session import Session, log_to_stderr, pass_session, require_feeds
from aggregator.cli.speech import _, ngettext
from aggregator.errors import LeaseHeld
from aggregator.text.spans import say_span

if TYPE_CHECKING:
    from aggregator.app.polling import Progress

__all__ = ["Meter", "metered", "poll", "rebuild", "stopping"]

SHORTEST_BAR, LONGEST_BAR = 5, 20  # characters


@click.command()
@click.option("--force", is_flag=True, help="Ask all feeds, due or not.")
@click.option("--no-pages", is_flag=True, help="Leave article pages for later.")
@click.option("--no-cluster", is_flag=True, help="Leave copies and events for later.")
@click.option("--json", "as_json", is_flag=True, help="Print a summary as JSON.")
@click.option("-v", "--verbose", is_flag=True, help="One line for each feed and page.")
@pass_session
def poll(session: Session, *, force: bool, no_pages: bool, no_cluster: bool, as_json: bool, verbose: bool) -> None:
    """Ask the feeds that are due, scrape their new pages, find copies and events.

    Returns when all of it is done. Ctrl-C stops early and keeps what came. While `aggregator run` holds the database,
    it does the work.

    \b
    Examples:
      aggregator poll
      aggregator poll --force --json
    """
    from aggregator.app.polling import PollOptions

    log_to_stderr(logging.INFO if verbose else logging.WARNING)
    options = PollOptions(force=force, pages=not no_pages, cluster=not no_cluster)
    with session.app() as app:
        require_feeds(app)
        with stopping(app.polling.stop), metered() as meter:
            try:
                report: dict[str, Any] = app.polling.poll(options, on_progress=meter.show).as_dict()
            except LeaseHeld as held:
                click.echo(_("%(who)s holds the database and polls now.", who=held.holder), err=True)
                report = app.polling.ask(options, holder=held.holder)
    _tell(report, as_json=as_json)


def _tell(report: dict[str, Any], *, as_json: bool) -> None:
    if "error" in report:
        click.echo(f"aggregator: {report['error']}", err=True)
        sys.exit(1)
    for failed in report.get("failed", []):
        for line in broken(_("failed: %(url)s: %(why)s", url=failed["url"], why=failed["error"]), indent="  "):
            click.echo(line, err=True)
    for moved in report.get("moved", []):
        click.echo(_("moved: %(url)s is now %(to)s", url=moved["url"], to=moved["to"]), err=True)
    if as_json:
        write_json(report)
    elif "feeds" in report:
        click.echo(
            _(
                "%(feeds)s, %(failed)s; %(stories)s, %(pages)s.",
                feeds=ngettext("%(num)s feed asked", "%(num)s feeds asked", report["polled"]),
                failed=ngettext("%(num)s failed", "%(num)s failed", len(report["failed"])),
                stories=ngettext("%(num)s new story", "%(num)s new stories", report["new_stories"]),
                pages=ngettext("%(num)s page read", "%(num)s pages read", report["pages"]) + _edited(report),
            ),
            err=True,
        )
        if not report["polled"] and not report.get("stopped"):
            click.echo(_("No feed is due; to ask them all the same: aggregator poll --force"), err=True)
    if report.get("stopped"):
        click.echo(_("Stopped; what came is kept."), err=True)
        sys.exit(130)
    if report.get("polled") and len(report["failed"]) == report["polled"]:
        sys.exit(1)


def _edited(report: dict[str, Any]) -> str:
    """How many stories were changed after publication, if any."""
    count = report.get("revisions", 0)
    if not count:
        return ""
    return ngettext(", %(num)s story changed after publication", ", %(num)s stories changed after publication", count)


@click.command()
@pass_session
def rebuild(session: Session) -> None:
    """Decide all copies and events anew, from the stored stories; your edits stay in force.

    \b
    Example:
      aggregator rebuild
    """
    log_to_stderr()
    with session.app() as app, stopping(app.polling.stop), metered() as meter:
        count = app.polling.rebuild(on_progress=meter.show)
    click.echo(ngettext("%(num)s story decided.", "%(num)s stories decided.", count), err=True)


@contextmanager
def stopping(stop: StopSignal) -> Iterator[None]:
    """Have Ctrl-C and SIGTERM end the work at the next safe point; a second one ends it at once."""

    def handle(number: int, _frame: object) -> None:
        if stop.is_set():
            raise KeyboardInterrupt
        stop.set()
        if number == signal.SIGINT:
            click.echo(_("Stopping; what came is kept."), err=True)

    before = {number: signal.signal(number, handle) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


class Meter:
    """One line on the terminal that tells how far the work is."""

    def __init__(self) -> None:
        self._is_on = sys.stderr.isatty()
        self._phase = ""
        self._started = 0.0
        self._done_before = 0
        self._shown = 0.0

    def show(self, progress: Progress) -> None:
        """Tell, at most ten times a second."""
        if not self._is_on:
            return
        now = time.monotonic()
        if progress.phase != self._phase:
            self._phase, self._started, self._done_before = progress.phase, now, progress.done
        elif now - self._shown < 0.1 and progress.done != progress.total:  # noqa: PLR2004 (see docstring)
            return
        self._shown = now
        elapsed_s = now - self._started
        rate = (progress.done - self._done_before) / elapsed_s if elapsed_s > 0.5 else 0.0  # noqa: PLR2004 (earlier it says nothing)
        columns = os.get_terminal_size(sys.stderr.fileno()).columns or 80
        sys.stderr.write("\r\x1b[K" + _line(progress, rate, columns - 1))
        sys.stderr.flush()

    def clear(self) -> None:
        """Take the line away."""
        if self._is_on and self._phase:
            sys.stderr.write("\r\x1b[K")
            sys.stderr.flush()


def _line(p: Progress, rate: float, width: int) -> str:
    """How far the work is: `rate` is how much of it is done in a second, 0 if that is not known."""
    of = f"/{p.total}" if p.total is not None else ""
    parts = [f"{p.phase} {p.done}{of}"]
    if rate:
        parts.append(f"{rate:.1f}/s" if rate < 10 else f"{rate:.0f}/s")  # noqa: PLR2004 (two digits)
    if p.new_stories:
        parts.append(f"{p.new_stories} new stories")
    if p.failures:
        parts.append(f"{p.failures} failed")
    if rate and p.total and p.done < p.total:
        parts.append(f"about {say_span((p.total - p.done) / rate)} left")
    text = " · ".join(parts)
    bar = min(LONGEST_BAR, width - len(text) - 3)
    if not p.total or bar < SHORTEST_BAR:
        return text[:width]
    done = bar * p.done // p.total
    return f"[{'#' * done}{'.' * (bar - done)}] {text}"


@contextmanager
def metered() -> Iterator[Meter]:
    """A meter for a block; its line is gone after it."""
    meter = Meter()
    try:
        yield meter
    finally:
        meter.clear()
