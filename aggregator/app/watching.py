"""How the product fares, for machines that watch it: is it well, and the figures of its work."""

from __future__ import annotations

from dataclasses import dataclass

from aggregator.app.clock import Clock
from aggregator.app.instruments import Instruments, Reading
from aggregator.errors import StoreError
from aggregator.store import Store
from aggregator.store.gauges import StoredFigures

__all__ = ["Figures", "StoredFigures", "Watching"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """What is stored now, and what this process has done since it began."""

    stored: StoredFigures
    done: Reading


@dataclass(frozen=True, slots=True)
class Watching:
    """Health and figures."""

    store: Store
    clock: Clock
    instruments: Instruments

    def trouble(self) -> str | None:
        """Why the service should be restarted, in a sentence; None if it is well. A failing feed or mail is no reason."""
        try:
            self.store.feeds.count()
        except StoreError as error:
            return str(error)
        return self.instruments.what_hangs()

    def figures(self) -> Figures:
        """All figures.

        Raises:
            StoreError: the database cannot be read.

        """
        return Figures(stored=self.store.gauges.read(self.clock()), done=self.instruments.read())
