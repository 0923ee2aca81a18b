"""Which language is spoken to whom."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from aggregator.config import Config
from aggregator.errors import AggregatorError
from aggregator.store import Store
from aggregator.text.tongue import ENGLISH, LANGUAGES, Tongue, choose, tongue_of

__all__ = ["Languages"]


@dataclass(frozen=True, slots=True)
class Languages:
    """The reader's own choice comes first, then what their program or digest asks for, then the settings."""

    store: Store
    config: Config

    def of_reader(self, reader_id: int, *, asked: Iterable[str] = ()) -> Tongue:
        """The tongue of a reader; `asked` are the languages that their browser prefers, the best first."""
        return self._first(self.chosen(reader_id), *asked)

    def of_digest(self, name: str, reader_id: int) -> Tongue:
        """The tongue of a named digest's mail: the digest's own language, else its reader's."""
        settings = self.config.digests.get(name)
        return self._first(settings.language if settings else None, self.chosen(reader_id))

    def chosen(self, reader_id: int) -> str | None:
        """The language that a reader has chosen; None leaves it to the browser."""
        return self.store.readers.language(reader_id)

    def choose(self, reader_id: int, language: str | None) -> None:
        """Remember a reader's choice; None takes it back.

        Raises:
            AggregatorError: we do not speak that language.

        """
        if language is not None and language not in LANGUAGES:
            raise AggregatorError(f"There are {', '.join(LANGUAGES)}, and no language {language}.")
        self.store.readers.set_language(reader_id, language)

    def _first(self, *wanted: str | None) -> Tongue:
        return tongue_of(choose(filter(None, (*wanted, self.config.interface.language))) or ENGLISH.lang)
