"""Accounts as a use case: passwords, sessions, and how often a wrong password may be tried."""

from __future__ import annotations

import hashlib
import secrets
import threading
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from aggregator.app.clock import machine_time
from aggregator.config import Config
from aggregator.errors import AggregatorError
from aggregator.store import Store
from aggregator.store.readers import Reader

__all__ = ["FIRST_READER", "Accounts", "TooManyTries"]

FIRST_READER = 1
SESSION_LASTS = timedelta(days=60)
SHORTEST = 8  # characters; NIST SP 800-63B
LONGEST = 1024
FREE_TRIES = 5  # wrong passwords in a row before the wait begins
FIRST_WAIT_S = 30.0
LONGEST_WAIT_S = 3600.0
MOST_REMEMBERED = 10_000


class TooManyTries(AggregatorError):
    """Wrong passwords came too often; `wait_s` says how long nothing more is tried."""

    def __init__(self, message: str = "", *, wait_s: float = 0.0) -> None:
        super().__init__(message, wait_s=wait_s)
        self.wait_s = wait_s


@dataclass(slots=True)
class _Tries:
    """Wrong passwords by account and by address, each kept until a right one comes or the wait is long over."""

    _wrong: dict[tuple[str, str], tuple[int, datetime]] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def check(self, keys: list[tuple[str, str]], now: datetime) -> None:
        with self._lock:
            wait = max(self._wait(key, now) for key in keys)
        if wait > 0:
            raise TooManyTries(f"Too many wrong passwords; try again in {wait:.0f} s.", wait_s=wait)

    def _wait(self, key: tuple[str, str], now: datetime) -> float:
        wrong, last = self._wrong.get(key, (0, now))
        if wrong < FREE_TRIES:
            return 0.0
        return min(LONGEST_WAIT_S, FIRST_WAIT_S * 2.0 ** (wrong - FREE_TRIES)) - (now - last).total_seconds()

    def wrong(self, keys: list[tuple[str, str]], now: datetime) -> None:
        with self._lock:
            if len(self._wrong) > MOST_REMEMBERED:
                oldest = sorted(self._wrong, key=lambda key: self._wrong[key][1])
                for key in oldest[: MOST_REMEMBERED // 2]:
                    del self._wrong[key]
            for key in keys:
                self._wrong[key] = (self._wrong.get(key, (0, now))[0] + 1, now)

    def right(self, keys: list[tuple[str, str]]) -> None:
        with self._lock:
            for key in keys:
                self._wrong.pop(key, None)


@dataclass(frozen=True, slots=True)
class Accounts:
    """Who may read here. Without any password everybody is the first reader; with one, everybody must log in."""

    store: Store
    config: Config
    _tries: _Tries = field(default_factory=_Tries)

    @property
    def is_open(self) -> bool:
        """Whether no password has been set, so that nobody needs to log in."""
        return not self.store.readers.any_password()

    def readers(self) -> tuple[Reader, ...]:
        """All readers."""
        return self.store.readers.all()

    def set_password(self, name: str, password: str) -> Reader:
        """Give a reader a password; the first name given names the reader who was there from the start.

        All their sessions end.

        Raises:
            AggregatorError: the name or the password will not do.

        """
        name = name.strip()
        if not name or len(name) > 100 or any(ord(c) < 32 for c in name):  # noqa: PLR2004 (a line of text)
            raise AggregatorError("A reader's name is one line of at most 100 characters.")
        if not SHORTEST <= len(password) <= LONGEST:
            raise AggregatorError(f"A password has at least {SHORTEST} characters, and at most {LONGEST}.")
        return self.store.readers.set_password(name, _hasher().hash(password), now=machine_time())

    def remove(self, name: str) -> None:
        """Take a reader's password away: they can no longer log in; what is theirs stays.

        Raises:
            AggregatorError: there is no such reader.

        """
        reader = self.store.readers.by_name(name)
        if reader is None:
            raise AggregatorError(f"There is no reader {name}; see: aggregator users list")
        self.store.readers.remove(reader.id)
        self.store.app_passwords.remove(reader.id)

    def log_in(self, name: str, password: str, *, address: str) -> str:
        """Begin a session; returns its token, of which only a hash is stored.

        A name that does not exist costs as much time as a wrong password.

        Raises:
            TooManyTries: wait, whatever the password.
            AggregatorError: name or password is wrong.

        """
        reader = self.check(name, password, address=address)
        now = machine_time()
        token = secrets.token_urlsafe(32)
        self.store.readers.begin_session(_hash(token), reader.id, now=now, until=now + SESSION_LASTS)
        return token

    def check(self, name: str, password: str, *, address: str) -> Reader:
        """The reader of this name and password; raises as `log_in` does."""
        now = machine_time()
        keys = [("name", name[:100]), ("address", address)]
        self._tries.check(keys, now)
        reader = self.store.readers.by_name(name.strip())
        stored = reader.password_hash if reader and reader.password_hash else _nobody()
        if not _matches(stored, password[:LONGEST]) or reader is None or not reader.password_hash:
            self._tries.wrong(keys, now)
            raise AggregatorError("Name or password is wrong.")
        self._tries.right(keys)
        if _hasher().check_needs_rehash(stored):
            self.store.readers.rehash(reader.id, _hasher().hash(password))
        return reader

    def reader_of(self, token: str | None) -> Reader | None:
        """Whose session this token is; everybody is the first reader where no password is set."""
        if self.is_open:
            return self.store.readers.all()[0]
        return self.store.readers.of_session(_hash(token), now=machine_time()) if token else None

    def by_name(self, name: str) -> Reader | None:
        """The reader of this name, who has been let in elsewhere; one who was removed is nobody."""
        reader = self.store.readers.by_name(name.strip()) if name else None
        return reader if reader is not None and reader.password_hash else None

    def log_out(self, token: str) -> None:
        """End a session."""
        self.store.readers.end_session(_hash(token))

    def secret(self) -> bytes:
        """What this installation signs with: `[web] secret`, else one that is made once and kept in the database."""
        return (self.config.web.secret or self.store.readers.secret(secrets.token_hex(32))).encode()


@cache
def _hasher() -> PasswordHasher:
    return PasswordHasher()  # argon2id with the library's settings, RFC 9106's second recommendation


@cache
def _nobody() -> str:
    """A hash that no password matches, to be compared with where there is no reader."""
    return _hasher().hash(secrets.token_hex(32))


def _matches(stored: str, password: str) -> bool:
    try:
        return _hasher().verify(stored, password)
    except (VerificationError, InvalidHashError):
        return False


def _hash(token: str) -> str:
    """Tokens are random and long: a plain hash is enough, and a stolen database opens no session."""
    return hashlib.sha256(token.encode()).hexdigest()
