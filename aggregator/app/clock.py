"""The one place where the time is read: the machine's, or one that a demo, replay or test sets."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

from aggregator.errors import ConfigError

__all__ = ["Clock", "clock_from", "machine_time"]

Clock = Callable[[], datetime]

EARLIEST_YEAR, LATEST_YEAR = 1970, 8999  # so that no sum of times leaves the calendar


def machine_time() -> datetime:
    """Now, aware, in UTC."""
    return datetime.now(UTC)


def clock_from(text: str | None) -> Clock:
    """A clock that starts at this ISO 8601 time and goes on from there; without one, the machine's.

    Raises:
        ConfigError: the text is no time.

    """
    if not text:
        return machine_time
    try:
        start: datetime | None = datetime.fromisoformat(text)
    except ValueError:
        start = None
    if start is None or not EARLIEST_YEAR <= start.year <= LATEST_YEAR:
        raise ConfigError(f"--now {text!r} is not a time; write it as 2026-03-02T08:00Z.")
    offset = (start if start.tzinfo else start.replace(tzinfo=UTC)) - machine_time()
    return lambda: machine_time() + offset
