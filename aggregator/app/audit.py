"""The ledger of mail, read for its one question: has every recipient got every edition once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

__all__ = ["Audit"]

LATE = timedelta(hours=1)  # a mail that is still on its way after this is named


@dataclass(frozen=True, slots=True, kw_only=True)
class Audit:
    """Every mail with a verdict: once, in doubt, waiting, late, refused, given up or stopped."""

    rows: tuple[dict[str, Any], ...]

    @classmethod
    def of(cls, ledger: Sequence[dict[str, Any]], *, now: datetime) -> Audit:
        """Read the ledger as it is at this time."""
        return cls(rows=tuple(row | {"verdict": _verdict(row, now)} for row in ledger))

    @property
    def counts(self) -> Counter[str]:
        """How many mails of each verdict."""
        return Counter(row["verdict"] for row in self.rows)

    @property
    def is_clean(self) -> bool:
        """Whether every mail came once, or is on its way, or is not wanted any more."""
        return all(row["verdict"] in ("once", "waiting", "stopped") for row in self.rows)

    @property
    def summary(self) -> str:
        """As in "12 mails: 10 once, 1 in doubt, 1 waiting."."""
        said = ", ".join(f"{number} {verdict}" for verdict, number in self.counts.most_common())
        return f"{len(self.rows)} mail{'s' * (len(self.rows) != 1)}{': ' + said if said else ''}."

    def as_dict(self) -> dict[str, Any]:
        """For programs."""
        return {"counts": dict(self.counts), "clean": self.is_clean, "mails": list(self.rows)}


def _verdict(row: dict[str, Any], now: datetime) -> str:
    if row["state"] == "sent":
        return "in doubt" if row["in_doubt"] and not _was_found(row) else "once"
    if row["state"] in ("refused", "stopped"):
        return str(row["state"])
    if row["state"] == "expired":
        return "given up"
    return "late" if now - datetime.fromisoformat(row["made_at"]) > LATE else "waiting"


def _was_found(row: dict[str, Any]) -> bool:
    """Whether the doubt was settled by looking: the first mail had arrived, and no second went out."""
    return len([step for step in row["steps"] if step["step"] == "handed over"]) == 1
