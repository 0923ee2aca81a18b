"""Recordings that stories carry, for our own pages: fetched piece by piece, so that nobody learns who hears what."""

from __future__ import annotations

import re
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace

from aggregator.app.accounts import Accounts
from aggregator.app.images import Busy
from aggregator.app.resources import Resources
from aggregator.app.seals import is_same, number_in, seal_name
from aggregator.errors import AggregatorError, NotFound
from aggregator.fetch import Fetched, FetchFailed, FetchRequest
from aggregator.model import Chapter, StoredEnclosure
from aggregator.parse import read_chapters
from aggregator.store import Store

__all__ = ["Piece", "Recordings"]

PIECE_BYTES = 2**20  # a minute of speech; a player asks for the next by itself
TIMEOUT_S = 20.0
CHAPTERS_TIMEOUT_S = 8.0
CHAPTERS_AGAIN_S = 60.0  # after a second failure, then twice as long each time
CHAPTERS_AGAIN_MOST_S = 86_400.0
FAILURES_KEPT = 10_000
AT_ONCE = 2  # of the server's threads
LONGEST_S = 10**7
_PLAYED = ("audio/", "video/")
_RANGE = re.compile(r"bytes=([0-9]{1,15})-([0-9]{0,15})")
_CONTENT_RANGE = re.compile(r"bytes ([0-9]{1,15})-[0-9]{1,15}/([0-9]{1,15})")


@dataclass(frozen=True, slots=True)
class Piece:
    """A part of a recording: its bytes from `first` on, of `total`."""

    mimetype: str
    data: bytes
    first: int
    total: int


@dataclass(frozen=True, slots=True)
class Recordings:
    """Fetches what a story's enclosures name, under addresses that only we can make; and what belongs to hearing them."""

    store: Store
    accounts: Accounts
    resources: Resources
    monotonic: Callable[[], float] = time.monotonic
    _failed: dict[int, tuple[int, float]] = field(default_factory=dict)  # chapters: how often, and when to ask again
    _turns: threading.Semaphore = field(default_factory=lambda: threading.Semaphore(AT_ONCE))

    def of(self, story_id: int, *, reader_id: int, with_chapters: bool = False) -> tuple[StoredEnclosure, ...]:
        """The enclosures of a story; `with_chapters` has their chapters fetched, until they came once."""
        kept = self.store.enclosures.of([story_id], reader_id=reader_id).get(story_id, ())
        return tuple(map(self._with_chapters, kept)) if with_chapters else kept

    def get(self, enclosure_id: int, *, reader_id: int) -> StoredEnclosure:
        """One enclosure.

        Raises:
            NotFound: there is none with this number.

        """
        return self.store.enclosures.get(enclosure_id, reader_id=reader_id)

    def note(self, reader_id: int, enclosure_id: int, position_s: float) -> None:
        """Remember how far the reader has heard.

        Raises:
            NotFound: there is no such enclosure.

        """
        self.store.enclosures.set_position(reader_id, enclosure_id, int(min(max(position_s, 0), LONGEST_S)))

    def name(self, enclosure: StoredEnclosure) -> str:
        """What a recording is called in its address."""
        return self._sealed(enclosure.id, enclosure.url)

    def piece(self, name: str, wanted: str | None) -> Piece:
        """A piece of the recording of this name, from where the header `Range` begins (its start without one).

        Raises:
            NotFound: there is no such recording, its server gives no pieces, or what it sends is none.
            Busy: too many are heard at once.

        """
        number = number_in(name)
        if number is None:
            raise NotFound("There is no such recording.")
        url = self.store.enclosures.get(number).url
        if not is_same(self._sealed(number, url), name):
            raise NotFound("There is no such recording.")
        asked = _RANGE.fullmatch(wanted or "")
        first = int(asked[1]) if asked else 0
        last = min(int(asked[2]) if asked and asked[2] else first + PIECE_BYTES - 1, first + PIECE_BYTES - 1)
        if not self._turns.acquire(timeout=TIMEOUT_S):
            raise Busy("Too many recordings are heard at once.")
        try:
            return self._fetched(url, first, max(first, last))
        finally:
            self._turns.release()

    def _fetched(self, url: str, first: int, last: int) -> Piece:
        request = FetchRequest(url=url, kind="other", timeout_s=TIMEOUT_S, part=(first, last))
        answer = self.resources.client.fetch(request)
        if not isinstance(answer, Fetched) or not (answer.content_type or "").startswith(_PLAYED):
            raise NotFound("The recording did not come.")
        told = _CONTENT_RANGE.fullmatch(answer.headers.get("content-range", ""))
        if told is None:  # the whole, which is small enough
            return Piece(answer.content_type or "", answer.body[first : last + 1], first, len(answer.body))
        return Piece(answer.content_type or "", answer.body, int(told[1]), int(told[2]))

    def _with_chapters(self, enclosure: StoredEnclosure) -> StoredEnclosure:
        if not enclosure.chapters or enclosure.chapter_list is not None:
            return enclosure
        failures, again_at = self._failed.get(enclosure.id, (0, 0.0))
        if failures and self.monotonic() < again_at:
            return enclosure
        told = self._chapters(enclosure.chapters)
        if told is None:
            self._put_off(enclosure.id, failures)
        else:
            self._failed.pop(enclosure.id, None)
            self.store.enclosures.keep_chapters(enclosure.id, told)
        return replace(enclosure, chapter_list=told)

    def _put_off(self, number: int, failures: int) -> None:
        """Leave a list of chapters that failed again for a while; the first failure may be chance."""
        if len(self._failed) >= FAILURES_KEPT:
            self._failed.clear()
        wait = min(CHAPTERS_AGAIN_S * 2 ** min(failures - 1, 12), CHAPTERS_AGAIN_MOST_S) if failures else 0.0
        self._failed[number] = (failures + 1, self.monotonic() + wait)

    def _chapters(self, url: str) -> tuple[Chapter, ...] | None:
        """What stands at this address; None if it did not come, but may the next time."""
        answer = self.resources.client.fetch(FetchRequest(url=url, kind="other", timeout_s=CHAPTERS_TIMEOUT_S))
        if not isinstance(answer, Fetched):
            return None if isinstance(answer, FetchFailed) and answer.error.transient else ()
        try:
            return read_chapters(answer.body)
        except AggregatorError:
            return ()

    def _sealed(self, number: int, url: str) -> str:
        return seal_name(self.accounts.secret(), "recording", number, url)
