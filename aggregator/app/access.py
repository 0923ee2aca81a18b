"""Who may read with another program: passwords made for one program each, the account's own, and tokens made from them."""

from __future__ import annotations

import hashlib
import hmac
import secrets
import threading
from dataclasses import dataclass, field
from datetime import timedelta

from aggregator.app.accounts import Accounts, TooManyTries
from aggregator.app.clock import machine_time
from aggregator.app.seals import is_same, number_in
from aggregator.config import Config
from aggregator.errors import AggregatorError, StoreError
from aggregator.store import Store
from aggregator.store.app_passwords import AppPassword
from aggregator.store.readers import Reader
from aggregator.text.numbers import row_number

__all__ = ["Access", "Reader"]

LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"  # none that looks like another: it is typed on a phone
GROUPS, GROUP = 5, 5  # 31^25: 123 bits, so that a plain hash of it is as good as a slow one
LONGEST_LABEL = 60
NOTED_EVERY = timedelta(hours=1)
REMEMBERED_FOR = timedelta(minutes=10)
MOST_REMEMBERED = 1000


@dataclass(slots=True)
class _Proven:
    """Passwords of accounts that were right a moment ago: argon2 is slow on purpose, and programs ask often."""

    _until: dict[str, float] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def has(self, key: str) -> bool:
        with self._lock:
            return self._until.get(key, 0.0) > machine_time().timestamp()

    def add(self, key: str) -> None:
        with self._lock:
            if len(self._until) >= MOST_REMEMBERED:
                self._until.clear()
            self._until[key] = (machine_time() + REMEMBERED_FOR).timestamp()


@dataclass(frozen=True, slots=True)
class Access:
    """Other programs' way in. Every answer is a reader or None; wrong tries count as those at the login page do."""

    store: Store
    config: Config
    accounts: Accounts
    _proven: _Proven = field(default_factory=_Proven)

    def make(self, name: str, label: str) -> str:
        """A new password for one program of a reader; it is shown this once.

        Raises:
            AggregatorError: there is no such reader, or no such label can be.

        """
        reader = self._reader(name)
        label = " ".join(label.split())
        if not label or len(label) > LONGEST_LABEL or not label.isprintable():
            raise AggregatorError(f"A label is one line of at most {LONGEST_LABEL} letters, such as phone.")
        secret = "-".join("".join(secrets.choice(LETTERS) for _ in range(GROUP)) for _ in range(GROUPS))
        self.store.app_passwords.add(
            reader.id,
            label,
            secret_hash=_hash(secret),
            fever_hash=_hash(fever_key(reader.name, secret)),
            now=machine_time(),
        )
        return secret

    def all(self, name: str) -> tuple[AppPassword, ...]:
        """The passwords of a reader's programs, without the passwords.

        Raises:
            AggregatorError: there is no such reader.

        """
        return self.store.app_passwords.all(self._reader(name).id)

    def revoke(self, name: str, label: str) -> None:
        """Let the program with this password in no more.

        Raises:
            NotFound: there is none under this label.

        """
        self.store.app_passwords.remove(self._reader(name).id, label)

    def _reader(self, name: str) -> Reader:
        reader = self.store.readers.by_name(name.strip())
        if reader is None or reader.password_hash is None:
            raise AggregatorError(f"{name} has no password of their own yet; set one: aggregator users set {name}")
        return reader

    def by_password(self, name: str, password: str, *, address: str) -> Reader | None:
        """The reader of this name and password, one made for a program or the account's own.

        Raises:
            TooManyTries: wait.

        """
        return self.by_secret(password, name=name) or self._by_own(name, password, address)

    def by_secret(self, secret: str, *, name: str | None = None) -> Reader | None:
        """Whose program's password this is; with a name only if it is that reader's."""
        found = self.store.app_passwords.by_secret(_hash(secret))
        if found is None or (name is not None and name.strip().casefold() != found.reader.casefold()):
            return None
        return self._used(found)

    def by_fever_key(self, key: str) -> Reader | None:
        """The reader whose name and program's password this is the MD5 of, as the Fever protocol has it."""
        found = self.store.app_passwords.by_fever(_hash(key.lower()))
        return None if found is None else self._used(found)

    def token(self, name: str, password: str, *, address: str) -> str | None:
        """A token that stands for a name and password until the password is revoked or changed; nothing is stored.

        Raises:
            TooManyTries: wait.

        """
        found = self.store.app_passwords.by_secret(_hash(password))
        if found is not None and found.reader.casefold() == name.strip().casefold():
            return f"{found.reader}/p{found.id}.{self._seal(found.secret_hash)}"
        reader = self._by_own(name, password, address)
        if reader is None or reader.password_hash is None:
            return None
        return f"{reader.name}/r{reader.id}.{self._seal(reader.password_hash)}"

    def by_token(self, token: str) -> Reader | None:
        """Whose token this is."""
        kind, number, seal = _parts(token)
        if kind == "p":
            found = self.store.app_passwords.by_id(number)
            if found is not None and is_same(self._seal(found.secret_hash), seal):
                return self._used(found)
        elif kind == "r" and not self.config.web.app_passwords_only:
            reader = next((r for r in self.accounts.readers() if r.id == number), None)
            if reader and reader.password_hash and is_same(self._seal(reader.password_hash), seal):
                return reader
        return None

    # Addresses of a reader's own feeds.

    def address_token(self, reader_id: int) -> str | None:
        """The secret part of the addresses of this reader's feeds; None while there are none."""
        key = self.store.readers.address_key(reader_id)
        return None if key is None else f"{reader_id}-{self._seal(f'addresses {reader_id} {key}')[:32]}"

    def renew_addresses(self, reader_id: int) -> None:
        """Give this reader's feeds new addresses; the old ones are worth nothing from now on."""
        self.store.readers.set_address_key(reader_id, secrets.token_hex(16))

    def end_addresses(self, reader_id: int) -> None:
        """Let nobody read this reader's feeds without a login any more."""
        self.store.readers.set_address_key(reader_id, None)

    def by_address(self, token: str) -> int | None:
        """The id of the reader whose feeds this token opens."""
        number = number_in(token)
        right = None if number is None else self.address_token(number)
        return number if right is not None and is_same(right, token) else None

    def _by_own(self, name: str, password: str, address: str) -> Reader | None:
        """The reader by the account's own password, where that is allowed."""
        reader = self.store.readers.by_name(name.strip())
        if self.config.web.app_passwords_only or self.accounts.is_open:
            return None
        key = self._seal(f"{reader.password_hash if reader else ''}\n{password}")
        if reader is not None and self._proven.has(key):
            return reader
        try:
            found = self.accounts.check(name, password, address=address)
        except (TooManyTries, StoreError):  # neither says that the password is wrong
            raise
        except AggregatorError:
            return None
        self._proven.add(key)
        return found

    def _used(self, found: AppPassword) -> Reader:
        now = machine_time()
        if found.used_at is None or found.used_at < now - NOTED_EVERY:
            self.store.app_passwords.used(found.id, now=now)
        return Reader(id=found.reader_id, name=found.reader)

    def _seal(self, text: str) -> str:
        return hmac.new(self.accounts.secret(), f"program\n{text}".encode(), hashlib.sha256).hexdigest()


def fever_key(name: str, password: str) -> str:
    """What a Fever client sends instead of name and password; the protocol wants MD5."""
    return hashlib.md5(f"{name}:{password}".encode(), usedforsecurity=False).hexdigest()


def _hash(secret: str) -> str:
    return hashlib.sha256(secret.encode("utf-8", "replace")).hexdigest()


def _parts(token: str) -> tuple[str, int, str]:
    """Kind, number and seal of a token; an empty kind if it is none."""
    place, _, seal = token.rpartition("/")[2].partition(".")
    number = row_number(place[1:])
    return ("", 0, "") if number is None else (place[0], number, seal)
