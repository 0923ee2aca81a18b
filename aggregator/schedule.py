"""When things run: a few jobs that ask the store what is due, so that a restart loses nothing.

The only room that knows APScheduler.
"""

from __future__ import annotations

import logging
import os
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime

from apscheduler.executors.pool import ThreadPoolExecutor
from apscheduler.schedulers.background import BackgroundScheduler

from aggregator.app import supervision
from aggregator.app.app import App
from aggregator.app.polling import PollOptions
from aggregator.config import Config
from aggregator.errors import AggregatorError

__all__ = ["running"]

log = logging.getLogger(__name__)

POLL_EVERY_S = 60
ANSWER_EVERY_S = 1
DIGESTS_EVERY_S = 2  # how late a digest may be made, and its mail then begin to go out
SIGN_EVERY_S = 10
LAST_WORK_S = 3.5  # of the five seconds in which a service has to end
HOUSEKEEPING_HOUR = 3
PAUSE_S = 0.2  # between two steps of the housekeeping, in which others take their turn


@contextmanager
def running(app: App, *, settings: Callable[[], Config] | None = None) -> Iterator[None]:
    """Poll what is due, answer other processes, make and send digests in the background, until the block ends.

    A supervisor such as systemd is told that we live for as long as the jobs get on; if they hang it may begin anew.

    `settings` gives the settings as they are now, at next to no cost: digests and mail obey a file that was changed meanwhile.

    The caller holds the writer's lease. At the end the work under way stops at its next safe point; if that does not come
    in time, the process ends there and then.
    """
    logging.getLogger("apscheduler").setLevel(logging.ERROR)
    scheduler = BackgroundScheduler(
        executors={"default": ThreadPoolExecutor(5), "signs": ThreadPoolExecutor(1)},
        job_defaults={"coalesce": True, "max_instances": 1, "misfire_grace_time": None},
        timezone=app.timezone,
    )
    jobs = _Jobs(app, settings)
    at_once = datetime.now(scheduler.timezone)
    scheduler.add_job(jobs.poll, "interval", seconds=POLL_EVERY_S, next_run_time=at_once, id="poll")
    scheduler.add_job(jobs.answer, "interval", seconds=ANSWER_EVERY_S, id="answer")
    scheduler.add_job(jobs.digests, "interval", seconds=DIGESTS_EVERY_S, next_run_time=at_once, id="digests")
    scheduler.add_job(jobs.mail, "interval", seconds=DIGESTS_EVERY_S, next_run_time=at_once, id="mail")
    scheduler.add_job(jobs.housekeeping, "cron", hour=HOUSEKEEPING_HOUR, minute=30, id="housekeeping")
    scheduler.add_job(
        jobs.sign_of_life, "interval", seconds=_every_s(supervision.watchdog_s()), executor="signs", id="sign of life"
    )
    app.polling.instruments.tick()
    scheduler.start()
    supervision.tell("READY=1")
    try:
        yield
    finally:
        supervision.tell("STOPPING=1")
        app.polling.stop.set()
        if not jobs.ended(within_s=LAST_WORK_S):
            # A document holds its reader up. What is stored is whole, the rest is still due: the next run does it.
            log.warning("work was cut short; the next run goes on with it")
            logging.shutdown()
            os._exit(0)
        scheduler.shutdown(wait=True)


def _every_s(watchdog_s: float | None) -> float:
    """How often to give a sign of life: twice as often as the supervisor wants it (sd_watchdog_enabled(3))."""
    return min(SIGN_EVERY_S, watchdog_s / 2) if watchdog_s else SIGN_EVERY_S


class _Jobs:
    """The jobs; those that poll take turns. Digests wait for no poll: at their time they go with what is there."""

    def __init__(self, app: App, settings: Callable[[], Config] | None) -> None:
        self._app = app
        self._settings = settings
        self._turn = threading.Lock()
        self._sending = threading.Lock()
        self._said: dict[str, str] = {}  # the last trouble of each job

    def poll(self) -> None:
        """Poll what is due, and shortly before a digest what will be."""
        with self._turn:
            self._carefully("poll", self._poll)

    def _poll(self) -> None:
        options = PollOptions(ahead_s=self._app.publishing.poll_ahead().total_seconds())
        report = self._app.polling.poll_now(options)
        self._log(report.as_dict())
        if report.decided and not self._app.polling.stop.is_set():
            self._app.front.page()  # its accounts of new events are made now, so that nobody waits for them

    def answer(self) -> None:
        """Do what another process asks for."""
        with self._turn:
            self._carefully("answer", self._app.polling.answer)

    def ended(self, *, within_s: float) -> bool:
        """Whether the writing jobs have come to their end; none begins anew once the stop is set."""
        until = time.monotonic() + within_s
        for lock in (self._turn, self._sending):
            if not lock.acquire(timeout=max(0.0, until - time.monotonic())):
                return False
            lock.release()
        return True

    def digests(self) -> None:
        """Make the digests whose time has come."""
        self._carefully("digests", self._publish)

    def _publish(self) -> None:
        if self._settings is not None:
            self._carefully("settings", self._obey)
        for edition in self._app.publishing.publish_due():
            self._app.polling.instruments.digest("made")
            log.info(
                "digest",
                extra={"digest": edition.name, "edition": edition.edition_id, "recipients": len(edition.recipients)},
            )

    def _obey(self) -> None:
        """Take the settings anew; while the file is wrong, those that were right stay in force."""
        if self._settings is not None:
            self._app.obey(self._settings())

    def mail(self) -> None:
        """Send what waits in the outbox."""
        with self._sending:
            self._carefully("mail", self._send)

    def _send(self) -> None:
        sent = self._app.mailing.send_due(stop=self._app.polling.stop)
        for outcome, count in (("sent", sent.sent), ("deferred", sent.deferred), ("refused", sent.refused)):
            self._app.polling.instruments.digest(outcome, count)
        for problem in sent.problems:
            log.warning("mail not taken", extra={"error": problem})
        if sent.sent:
            log.info("mail", extra={"sent": sent.sent})

    def sign_of_life(self) -> None:
        """Tell the supervisor that we live, unless something hangs."""
        self._app.polling.instruments.tick()
        if (why := self._app.watching.trouble()) is None:
            supervision.tell("WATCHDOG=1")
        else:
            log.error("not well", extra={"error": why})
            supervision.tell(f"STATUS={why}")

    def housekeeping(self) -> None:
        """Drop what is kept for a time only, step by step: the first time there may be hours of it, and feeds are asked on."""
        steps = self._app.keeping.tidied()
        going: object = True
        while going is not None and not self._app.polling.stop.wait(PAUSE_S):
            with self._turn:
                going = self._carefully("housekeeping", lambda: next(steps, None))

    def _carefully(self, name: str, work: Callable[[], object]) -> object:
        """What the work comes to; one job's trouble is written down and does not end the others."""
        if self._app.polling.stop.is_set():
            return None
        try:
            result = work()
        except AggregatorError as error:
            self._app.polling.instruments.failed(name)
            if self._said.get(name) != str(error):  # some jobs look again every two seconds
                log.error("job failed", extra={"job": name, "error": str(error)})  # noqa: TRY400 (the message says it all)
            self._said[name] = str(error)
            return None
        self._said.pop(name, None)
        return result

    def _log(self, report: dict[str, object]) -> None:
        if report["polled"] or report["pages"]:
            log.info("poll", extra={k: report[k] for k in ("polled", "new_stories", "pages", "decided")})
