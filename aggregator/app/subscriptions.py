"""Subscriptions as a use case: lists in and out, one feed more or less."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from importlib import resources
from pathlib import Path

from aggregator.app.clock import Clock
from aggregator.model import Feed, FeedSpec
from aggregator.opml import read_opml, write_opml
from aggregator.store import Store

__all__ = ["Imported", "Subscriptions", "starter_set"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Imported:
    """What an import did."""

    added: tuple[FeedSpec, ...]
    known: tuple[FeedSpec, ...]


def starter_set() -> bytes:
    """The OPML file that comes with the program: package data when installed, else the top of the source tree."""
    packaged = resources.files("aggregator") / "data" / "feeds.opml"
    if packaged.is_file():
        return packaged.read_bytes()
    return (Path(__file__).parents[2] / "feeds.opml").read_bytes()


@dataclass(frozen=True, slots=True)
class Subscriptions:
    """What the reader is subscribed to."""

    store: Store
    clock: Clock

    def import_opml(self, data: bytes) -> Imported:
        """Subscribe to every feed of an OPML file, or to none.

        Raises:
            OPMLError: the file cannot be read; nothing was imported.

        """
        return self.add(read_opml(data))

    def export_opml(self) -> bytes:
        """All subscriptions as OPML."""
        specs = [
            FeedSpec(url=f.url, title=f.title, site_url=f.site_url, folder=f.folder, attributes=f.attributes)
            for f in self.store.feeds.all()
        ]
        return write_opml(specs, title="aggregator subscriptions", created_at=self.clock())

    def add(self, specs: Sequence[FeedSpec]) -> Imported:
        """Subscribe to these feeds."""
        added, known = self.store.feeds.add(specs, now=self.clock())
        return Imported(added=tuple(added), known=tuple(known))

    def all(self) -> tuple[Feed, ...]:
        """All subscriptions, by folder and title."""
        return self.store.feeds.all()

    def remove(self, url: str, *, with_stories: bool = False) -> Feed:
        """End a subscription; its stories stay, unless they are to go as well: then they never come back."""
        return self.store.feeds.remove(url, now=self.clock(), with_stories=with_stories)

    def restore(self, url: str) -> Feed:
        """Undo a removal."""
        return self.store.feeds.restore(url)
