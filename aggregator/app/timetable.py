"""When a named digest of the settings is due, and in whose zone: the one place that says so."""

from __future__ import annotations

from aggregator.config import Config
from aggregator.digest.due import Timetable

__all__ = ["timetable_of", "zone_of"]


def zone_of(config: Config, name: str, timezone: str) -> str:
    """The zone (IANA) of a named digest: its own, else `timezone`, which is everybody's."""
    settings = config.digests.get(name)
    return (settings.tz if settings else None) or timezone


def timetable_of(config: Config, name: str, timezone: str) -> Timetable:
    """The days and times of a digest that the settings name."""
    settings = config.digests[name]
    return Timetable.of(at=settings.at, days=settings.days, zone=zone_of(config, name, timezone))
