"""Pictures of stories for our own pages: fetched for the reader, so that nobody learns who reads what."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field

from aggregator.app.accounts import Accounts
from aggregator.app.resources import Resources
from aggregator.app.seals import is_same, number_in, seal_name
from aggregator.errors import AggregatorError, NotFound
from aggregator.fetch import Fetched, FetchRequest
from aggregator.model import StoredEnclosure, Story
from aggregator.store import Store

__all__ = ["Busy", "Images", "Picture"]

TIMEOUT_S = 8.0
AT_ONCE = 3  # of the server's threads: pictures are the least of what a page is for
LARGEST_BYTES = 5 * 2**20
# What a picture begins with, by kind; SVG is none of them, for it can hold scripts.
KINDS = {
    "image/jpeg": (b"\xff\xd8\xff",),
    "image/png": (b"\x89PNG\r\n\x1a\n",),
    "image/gif": (b"GIF87a", b"GIF89a"),
    "image/webp": (b"RIFF",),
    "image/avif": (b"\x00\x00\x00",),
}


class Busy(AggregatorError):
    """Enough pictures are being fetched."""


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture as its server sent it."""

    mimetype: str
    data: bytes


@dataclass(frozen=True, slots=True)
class Images:
    """Fetches lead pictures of stories; only those that a story names, under an address that only we can make."""

    store: Store
    accounts: Accounts
    resources: Resources
    _turns: threading.Semaphore = field(default_factory=lambda: threading.Semaphore(AT_ONCE))

    def name(self, story: Story) -> str | None:
        """What the picture of a story is called in its address; None if it has none."""
        return None if not story.image else self._sealed(story.id, story.image)

    def name_of(self, enclosure: StoredEnclosure) -> str:
        """What a picture among the enclosures of a story is called in its address."""
        return "e" + self._sealed(enclosure.id, enclosure.url)

    def get(self, name: str) -> Picture:
        """The picture of this name.

        Raises:
            NotFound: no story has it, or its server did not send a picture.
            Busy: too many are asked for at once.

        """
        sealed = name.removeprefix("e")
        number = number_in(sealed)
        if number is None:
            raise NotFound("There is no such picture.")
        url = self.store.stories.get(number).image if sealed == name else self.store.enclosures.get(number).url
        if not url or not is_same(self._sealed(number, url), sealed):
            raise NotFound("There is no such picture.")
        if not self._turns.acquire(timeout=1.0):
            raise Busy("Too many pictures are asked for at once.")
        try:
            return self._fetched(url)
        finally:
            self._turns.release()

    def _fetched(self, url: str) -> Picture:
        answer = self.resources.client.fetch(FetchRequest(url=url, kind="other", timeout_s=TIMEOUT_S))
        if not isinstance(answer, Fetched) or len(answer.body) > LARGEST_BYTES:
            raise NotFound("The picture did not come.")
        kind = next((k for k, starts in KINDS.items() if answer.body.startswith(starts)), None)
        if kind is None or (answer.content_type or "").partition("/")[0] != "image":
            raise NotFound("What came is no picture.")
        return Picture(kind, answer.body)

    def _sealed(self, number: int, url: str) -> str:
        return seal_name(self.accounts.secret(), "picture", number, url)
