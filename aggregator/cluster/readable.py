"""What stays readable of a story: what reasons name and look-alikes are told by.

Kept as bytes with the story, for few of a window's stories are asked for it in a day, and read when it is.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

__all__ = ["Readable"]

_REMEMBERED = 1024  # stories: whoever is asked once is asked again, as new ones come near
_BETWEEN, _WITHIN = "\x00", "\x1f"


@dataclass(frozen=True, slots=True, kw_only=True)
class Readable:
    """Beginning of title and body, and what they name.

    `shown_names`, `figures` and `rare` words are for the reasons shown; `subjects` (names in the title), `facts`
    ("quarter 2") and the countries named in the title and anywhere tell look-alikes apart.
    """

    headline: str = ""
    opening: str = ""
    shown_names: tuple[str, ...] = ()
    figures: tuple[str, ...] = ()
    rare: tuple[str, ...] = ()
    subjects: tuple[str, ...] = ()
    facts: tuple[str, ...] = ()
    title_places: tuple[str, ...] = ()
    places: tuple[str, ...] = ()

    def to_bytes(self) -> bytes:
        """As `read` takes it back."""
        lists = (self.shown_names, self.figures, self.rare, self.subjects, self.facts, self.title_places, self.places)
        parts = [self.headline, self.opening, *map(_WITHIN.join, lists)]
        return _BETWEEN.join(parts).encode("utf-8", "surrogatepass")

    @staticmethod
    @lru_cache(maxsize=_REMEMBERED)
    def read(encoded: bytes) -> Readable:
        """What `to_bytes` wrote. ValueError for anything else."""
        headline, opening, *lists = encoded.decode("utf-8", "surrogatepass").split(_BETWEEN)
        names, figures, rare, subjects, facts, title_places, places = (
            tuple(part.split(_WITHIN)) if part else () for part in lists
        )
        return Readable(
            headline=headline, opening=opening, shown_names=names, figures=figures, rare=rare, subjects=subjects,
            facts=facts, title_places=title_places, places=places,
        )  # fmt: skip
