"""Functions of our own within SQL: words and patterns in texts, so that rows need not leave the database to be judged."""

from __future__ import annotations

import sqlite3
import threading
import time

from aggregator.errors import QueryError
from aggregator.query.patterns import found
from aggregator.query.words import has_words

__all__ = ["PatternTime", "register"]

PATTERN_TIME_S = 2.0


class PatternTime(threading.local):
    """The time that one search may spend on patterns; each thread has its own."""

    limit_s = PATTERN_TIME_S
    left_s = PATTERN_TIME_S
    is_over = False

    def start(self) -> None:
        """A new search begins."""
        self.left_s, self.is_over = self.limit_s, False

    def has_pattern(self, text: str | None, pattern: str, flags: str) -> bool:
        """Whether a pattern is found in a text, as long as there is time left."""
        begun = time.perf_counter()
        try:
            return found(text, pattern, flags, timeout_s=max(self.left_s, 0.001))
        except TimeoutError:
            self.is_over = True
            raise
        finally:
            self.left_s -= time.perf_counter() - begun
            if self.left_s <= 0 and not self.is_over:
                self.is_over = True
                raise TimeoutError

    def error(self) -> QueryError:
        """What to tell the reader when the time is over."""
        return QueryError(
            f"The pattern took more than {self.limit_s:g} seconds; add a word, an outlet: or a date: to narrow the search."
        )


def register(conn: sqlite3.Connection, patterns: PatternTime) -> None:
    """Make the functions known to a connection."""
    conn.create_function("has_words", 2, has_words, deterministic=True)
    conn.create_function("lowered", 1, _lowered, deterministic=True)
    conn.create_function("has_pattern", 3, patterns.has_pattern, deterministic=True)


def _lowered(text: str | None) -> str | None:
    return None if text is None else text.lower()
