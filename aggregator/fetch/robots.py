"""robots.txt (RFC 9309): whether a page may be asked for. Kept for a day; what cannot be read is respected as a no."""

from __future__ import annotations

import re
import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from http import HTTPStatus

from protego import Protego

from aggregator.errors import Refused
from aggregator.fetch.address import Target
from aggregator.fetch.values import Fetched, FetchRequest, FetchResult

__all__ = ["Robots", "RobotsRecord", "Verdict"]

KEEP_S = 86400.0  # RFC 9309 2.4: not longer than a day
UNREACHABLE_KEEP_S = 3600.0
MAX_TEXT = 512_000  # RFC 9309 2.5: at least 500 KiB are read
MAX_RULES = 5000
MAX_CRAWL_DELAY_S = 60.0
MAX_HOSTS = 5000
PARSED_KEPT = 256
_AGENT_LINE = re.compile(r"(?i)\s*user[ -]?agent\s*:?\s*([^#\s]*)")


@dataclass(frozen=True, slots=True, kw_only=True)
class RobotsRecord:
    """What one host said. `text` is None if it could not be asked; `kept_until` is in Unix seconds."""

    origin: str
    text: str | None
    kept_until: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """`known` is False if robots.txt has to be asked for first; `refusal` says why not, None if the page is free."""

    known: bool
    refusal: Refused | None = None


_UNKNOWN = Verdict(known=False)
_FREE = Verdict(known=True)


class Robots:
    """What hosts allow us. Safe to share between threads."""

    def __init__(self, user_agent: str, *, now: Callable[[], float] = time.time) -> None:
        self._agent = user_agent.partition("/")[0].strip().lower() or "aggregator"
        self._now = now
        self._lock = threading.Lock()
        self._records: OrderedDict[str, RobotsRecord] = OrderedDict()
        self._parsed: OrderedDict[str, Protego] = OrderedDict()

    def request(self, target: Target) -> FetchRequest:
        """How to ask for the robots.txt that governs `target`."""
        return FetchRequest(url=f"{target.root}/robots.txt", kind="robots")

    def learn(self, target: Target, result: FetchResult) -> None:
        """Keep what came of asking: 2xx rules, 4xx no rules, anything else a no for an hour (RFC 9309 2.3.1)."""
        origin, now = target.root, self._now()
        if isinstance(result, Fetched):
            text: str | None = result.body[:MAX_TEXT].decode("utf-8", "replace")
        else:
            status = result.status or 0
            has_none = HTTPStatus.BAD_REQUEST <= status < HTTPStatus.INTERNAL_SERVER_ERROR
            text = "" if has_none and status != HTTPStatus.TOO_MANY_REQUESTS else None
        keep = UNREACHABLE_KEEP_S if text is None else KEEP_S
        self.load([RobotsRecord(origin=origin, text=text, kept_until=now + keep)])

    def verdict(self, target: Target) -> Verdict:
        """Whether `target` may be asked for."""
        origin = target.root
        with self._lock:
            record = self._records.get(origin)
        if record is None or record.kept_until <= self._now():
            return _UNKNOWN
        if record.text is None:
            wait = record.kept_until - self._now()
            message = "Its robots.txt cannot be read, so pages are left alone for now."
            return Verdict(known=True, refusal=Refused(message, transient=True, retry_after_s=wait))
        if not record.text or self._rules(record).can_fetch(target.url, self._agent):
            return _FREE
        return Verdict(
            known=True, refusal=Refused("The site's robots.txt asks us not to fetch this page.", transient=False)
        )

    def crawl_delay_s(self, target: Target) -> float:
        """Seconds that the host wants between two requests; 0 if it does not say. At most a minute is granted."""
        with self._lock:
            record = self._records.get(target.root)
        if record is None or not record.text:
            return 0.0
        return min(self._rules(record).crawl_delay(self._agent) or 0.0, MAX_CRAWL_DELAY_S)

    def export(self) -> tuple[RobotsRecord, ...]:
        """All that is still valid, for keeping between runs."""
        now = self._now()
        with self._lock:
            return tuple(record for record in self._records.values() if record.kept_until > now)

    def known(self, target: Target) -> RobotsRecord | None:
        """What is known of the host of `target`."""
        with self._lock:
            return self._records.get(target.root)

    def load(self, records: Iterable[RobotsRecord]) -> None:
        """Take in records, of this run or an earlier one."""
        with self._lock:
            for record in records:
                self._records[record.origin] = record
                self._records.move_to_end(record.origin)
                self._parsed.pop(record.origin, None)
            while len(self._records) > MAX_HOSTS:
                self._records.popitem(last=False)

    def _rules(self, record: RobotsRecord) -> Protego:
        with self._lock:
            rules = self._parsed.get(record.origin)
            if rules is not None:
                return rules
        rules = Protego.parse(_relevant(record.text or "", self._agent))
        with self._lock:
            self._parsed[record.origin] = rules
            while len(self._parsed) > PARSED_KEPT:
                self._parsed.popitem(last=False)
        return rules


def _relevant(text: str, agent: str) -> str:
    """`text` with other robots' names folded into one, and a bounded number of rules.

    Protego applies every rule to every name above it: a file of many names and many rules would take minutes.
    """
    lines: list[str] = []
    for line in text.splitlines():
        match = _AGENT_LINE.match(line)
        if not match:
            lines.append(line)
            continue
        name = match[1].lower()
        ours = name == "*" or (name.strip("*") and name.strip("*") in agent)
        folded = f"User-agent: {name if ours else '-'}"
        if not lines or lines[-1] != folded:
            lines.append(folded)
        if len(lines) >= MAX_RULES:
            break
    return "\n".join(lines[:MAX_RULES])
