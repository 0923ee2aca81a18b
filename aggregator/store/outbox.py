"""Mail on its way: who has claimed it, whether it was handed over, what was answered; and the ledger of every step.

A mail is `due`, then `claimed` by a process, `handed` over when the last byte that makes it binding is about to leave, and
`sent` when the other side has said so. A process that dies while a mail is claimed has sent nothing. One that dies while it is
handed over leaves it in doubt: it goes out again under the same Message-ID, and the ledger says so.

A claim that is too old is taken over, even from one that lives (a machine that slept). Who comes back to a claim that is no
longer its own hands nothing over and decides nothing; only that a mail was taken is true whoever says it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from aggregator.errors import DeliveryError
from aggregator.store.connection import Connections
from aggregator.store.times import from_db, to_db

__all__ = ["ABANDONED", "Outbox", "Queued"]

ABANDONED = timedelta(minutes=45)  # an attempt takes half of it at most, with the usual `[mail] timeout_s`
_LONGEST_WAIT = timedelta(hours=4)
_DUE = "(due_at <= ? OR due_at > ?)"  # nobody waits longer than that: the clock was set back
_OPEN = "('due', 'claimed', 'handed')"


@dataclass(frozen=True, slots=True, kw_only=True)
class Queued:
    """One edition for one recipient, claimed by `holder`.

    `root_id` is the Message-ID of the first edition of this digest for this address.
    """

    id: int
    edition_id: int
    digest: str
    recipient: str
    message_id: str
    root_id: str
    made_at: datetime
    tries: int
    in_doubt: bool
    holder: str


class Outbox:
    """The tables `outbox` and `deliveries`. Claims are in the machine's own time, everything else in the clock's."""

    def __init__(self, connections: Connections) -> None:
        self._db = connections

    def put(self, edition_id: int, digest: str, letters: Sequence[tuple[str, str]], *, now: datetime) -> None:
        """Have an edition sent to each (recipient, Message-ID); one that is there already stays as it is."""
        at = to_db(now)
        with self._db.write():
            for recipient, message_id in letters:
                cursor = self._db.run(
                    "INSERT OR IGNORE INTO outbox (edition_id, digest, recipient, message_id, made_at, due_at)"
                    " VALUES (?, ?, ?, ?, ?, ?)",
                    (edition_id, digest, recipient, message_id, at, at),
                )
                if cursor.rowcount:
                    self._note(int(cursor.lastrowid or 0), "due", None, now)

    def claim(
        self, holder: str, *, now: datetime, machine_now: datetime, is_dead: Callable[[str], bool]
    ) -> Queued | None:
        """The oldest mail that is due, or whose claimer has died; now claimed by `holder`. None if there is none."""
        times = (to_db(now), to_db(now + _LONGEST_WAIT))
        if not self._db.value(f"SELECT 1 FROM outbox WHERE state IN {_OPEN} AND {_DUE} LIMIT 1", times):
            return None
        with self._db.write(durable=True):
            for row in self._db.rows(
                "SELECT o.id, o.edition_id, o.digest, o.recipient, o.message_id, o.made_at, o.tries, o.in_doubt, o.state,"
                " o.claimed_by, o.claimed_at, (SELECT r.message_id FROM outbox r WHERE r.digest = o.digest"
                "  AND r.recipient = o.recipient ORDER BY r.id LIMIT 1) AS root_id"
                f" FROM outbox o WHERE o.state IN {_OPEN} AND {_DUE} ORDER BY o.due_at, o.id",
                times,
            ):
                state, by, since = row.pop("state"), row.pop("claimed_by"), from_db(row.pop("claimed_at"))
                if state != "due" and not (
                    by is None or since is None or is_dead(by) or abs(machine_now - since) > ABANDONED
                ):
                    continue
                if state == "handed":
                    row["in_doubt"] = 1
                    self._note(row["id"], "in doubt", f"{by} ended before it heard whether the mail was taken", now)
                self._db.run(
                    "UPDATE outbox SET state = 'claimed', claimed_by = ?, claimed_at = ?, tries = tries + 1, in_doubt = ?"
                    " WHERE id = ?",
                    (holder, to_db(machine_now), row["in_doubt"], row["id"]),
                )
                self._note(row["id"], "claimed", holder, now)
                row |= {
                    "made_at": from_db(row["made_at"]),
                    "tries": row["tries"] + 1,
                    "in_doubt": bool(row["in_doubt"]),
                    "holder": holder,
                }
                return Queued(**row)
        return None

    def hand_over(self, mail: Queued, *, now: datetime) -> None:
        """The next byte may make the mail the other side's: from here on its fate is theirs to tell.

        Raises:
            DeliveryError: another has taken the claim over; the mail is not to be handed over here.

        """
        with self._db.write(durable=True):
            if not self._change(mail, "state = 'handed'"):
                raise DeliveryError("Another process has taken this mail over.")
            self._note(mail.id, "handed over", None, now)

    def is_handed_over(self, mail: Queued) -> bool:
        """Whether the mail may be the other side's by now."""
        return bool(self._db.value("SELECT state = 'handed' FROM outbox WHERE id = ?", (mail.id,)))

    def confirm(self, mail: Queued, answer: str, *, now: datetime) -> None:
        """The other side has the mail, whoever holds the claim by now."""
        with self._db.write(durable=True):
            self._db.run(
                "UPDATE outbox SET state = 'sent', done_at = ?, answer = ?, claimed_by = NULL, claimed_at = NULL WHERE id = ?",
                (to_db(now), answer, mail.id),
            )
            self._note(mail.id, "sent", answer, now)

    def refuse(self, mail: Queued, why: str, *, now: datetime) -> None:
        """The other side will never take it."""
        self._end(mail, "refused", "refused", why, now)

    def expire(self, mail: Queued, why: str, *, now: datetime) -> None:
        """Nobody took it for days; it is not tried again."""
        self._end(mail, "expired", "given up", why, now)

    def stop(self, mail: Queued, why: str, *, now: datetime) -> None:
        """The recipient does not want it any more."""
        self._end(mail, "stopped", "stopped", why, now)

    def defer(self, mail: Queued, why: str, *, until: datetime, in_doubt: bool, now: datetime) -> None:
        """Not now: try again at `until`. `in_doubt` if the other side may have it all the same."""
        with self._db.write(durable=True):
            self._change(
                mail,
                "state = 'due', due_at = ?, claimed_by = NULL, claimed_at = NULL, answer = ?, in_doubt = max(in_doubt, ?)",
                to_db(until), why, int(in_doubt),
            )  # fmt: skip
            self._note(mail.id, "in doubt" if in_doubt else "deferred", why, now)

    def _end(self, mail: Queued, state: str, step: str, answer: str, now: datetime) -> None:
        with self._db.write(durable=True):
            ended = "state = ?, done_at = ?, answer = ?, claimed_by = NULL, claimed_at = NULL"
            self._change(mail, ended, state, to_db(now), answer)
            self._note(mail.id, step, answer, now)

    def _change(self, mail: Queued, what: str, *values: object) -> bool:
        """Change what this claim holds; whether it is still ours."""
        sql = f"UPDATE outbox SET {what} WHERE id = ? AND claimed_by = ?"
        return self._db.run(sql, (*values, mail.id, mail.holder)).rowcount > 0

    def _note(self, mailing_id: int, step: str, detail: str | None, now: datetime) -> None:
        self._db.run(
            "INSERT INTO deliveries (outbox_id, at, step, detail) VALUES (?, ?, ?, ?)",
            (mailing_id, to_db(now), step, detail),
        )

    def ledger(self, *, digest: str | None = None, since: datetime | None = None) -> list[dict[str, Any]]:
        """Every mail with its state and steps, the latest first: what `digests audit` shows."""
        rows = self._db.rows(
            "SELECT id, edition_id AS edition, digest, recipient, message_id, state, made_at, due_at, done_at, tries,"
            " in_doubt, answer FROM outbox WHERE digest = ifnull(?, digest) AND made_at >= ? ORDER BY id DESC",
            (digest, to_db(since) if since else ""),
        )
        steps: dict[int, list[dict[str, Any]]] = {row["id"]: [] for row in rows}
        sql = "SELECT outbox_id, at, step, detail FROM deliveries WHERE outbox_id IN ({marks}) ORDER BY id"
        for step in self._db.in_chunks(sql, list(steps)):
            steps[step.pop("outbox_id")].append(step)
        return [row | {"in_doubt": bool(row["in_doubt"]), "steps": steps[row["id"]]} for row in rows]

    def waiting(self, *, since: datetime) -> list[dict[str, Any]]:
        """Mails made before `since` that are not on their way yet, with the last answer."""
        return self._db.rows(
            f"SELECT digest, recipient, made_at, tries, answer FROM outbox WHERE state IN {_OPEN} AND made_at <= ?"
            " AND tries > 0 ORDER BY id",
            (to_db(since),),
        )
