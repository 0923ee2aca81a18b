"""Named digests as a use case: when each is due, made exactly once, and put into the outbox for its recipients."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from aggregator import deliver
from aggregator.app.clock import Clock
from aggregator.app.digests import READER, DigestPlan, Digests, Draft
from aggregator.app.mailing import sender_of
from aggregator.app.retelling import Retelling
from aggregator.app.timetable import timetable_of, zone_of
from aggregator.config import Config, DigestConfig, channel_of
from aggregator.digest.due import Timetable
from aggregator.errors import NotFound
from aggregator.model import Digest
from aggregator.store import Store
from aggregator.store.recipients import Recipient

__all__ = ["Named", "Published", "Publishing", "Recipient", "title_of"]

LOOK_BACK = timedelta(days=8)  # a digest of Mondays, and one that was missed
POLL_BEFORE = timedelta(minutes=15)


@dataclass(frozen=True, slots=True, kw_only=True)
class Published:
    """What became of a named digest: the edition's id (None if there was nothing to say) and whom it goes to."""

    name: str
    digest: Digest
    edition_id: int | None = None
    recipients: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Named:
    """A named digest of the settings, with its next time and its recipients as far as they are known."""

    name: str
    settings: DigestConfig
    zone: str
    next_at: datetime
    last_at: datetime | None
    recipients: tuple[Recipient, ...] = ()


def title_of(name: str) -> str:
    """A digest's name as its title: "Morning", "Evening sport"."""
    words = name.replace("-", " ").replace("_", " ").strip()
    return words[:1].upper() + words[1:]


@dataclass(slots=True)
class Publishing:
    """Makes editions of the digests that the settings name."""

    store: Store
    clock: Clock
    timezone: str
    config: Config
    digests: Digests
    retelling: Callable[[Config], Retelling]

    def named(self) -> tuple[Named, ...]:
        """All named digests, in the order of the settings."""
        known = self.store.recipients.all()
        return tuple(
            Named(
                name=name,
                settings=settings,
                zone=zone_of(self.config, name, self.timezone),
                next_at=self._timetable(name).next(self.clock()),
                last_at=self.store.editions.last_made_at(READER, name),
                recipients=tuple(r for r in known if r.digest == name and r.address in settings.to),
            )
            for name, settings in self.config.digests.items()
        )

    def named_one(self, name: str) -> Named:
        """One named digest.

        Raises:
            NotFound: the settings name no such digest.

        """
        self._settings(name)
        return next(named for named in self.named() if named.name == name)

    def preview(self, name: str) -> Digest:
        """The edition that would be made now; nothing is sent, nothing remembered.

        Raises:
            NotFound: the settings name no such digest, or it names a topic that is not there.

        """
        return self._draft(name, self._settings(name).to).digest

    def publish(self, name: str, *, to: Sequence[str] = ()) -> Published:
        """Make an edition now, for its own recipients or those given.

        Raises:
            NotFound: the settings name no such digest, or it names a topic that is not there.
            DeliveryError: there are recipients, and no sender in the settings.

        """
        published = self._publish(name, tuple(to) or self._settings(name).to, due_at=None)
        if published is None:
            raise AssertionError(name)
        return published

    def publish_due(self, names: Sequence[str] | None = None) -> tuple[Published, ...]:
        """Make the editions whose time has come, each once, whatever other processes do."""
        made = []
        for name, settings in self.config.digests.items():
            if names is not None and name not in names:
                continue
            due = self._timetable(name).latest(self.clock())
            if due is None or self.store.editions.is_met(READER, name, due):
                continue
            published = self._publish(name, settings.to, due_at=due)
            if published is not None:
                made.append(published)
        return tuple(made)

    def poll_ahead(self) -> timedelta:
        """How far ahead feeds should be polled now: up to the time of a digest that is at most 15 minutes away."""
        now = self.clock()
        ahead = [self._timetable(name).next(now) - now for name in self.config.digests]
        return max((span for span in ahead if span <= POLL_BEFORE), default=timedelta(0))

    def resume(self, address: str) -> int:
        """Send to an address again that was paused or unsubscribed; returns how many digests that changed."""
        return self.store.recipients.resume(address)

    def recipient(self, token: str) -> Recipient | None:
        """Whose mail carries this token in its address for stopping."""
        return self.store.recipients.by_token(token)

    def unsubscribe(self, recipient: Recipient) -> Recipient:
        """Send this digest there no more; returns the recipient as it is now."""
        self.store.recipients.unsubscribe(recipient.digest, recipient.address, now=self.clock())
        return self.store.recipients.by_token(recipient.token) or recipient

    def _publish(self, name: str, to: tuple[str, ...], *, due_at: datetime | None) -> Published | None:
        """Compose, and then keep edition, occasion and letters in one transaction; None if another process was faster."""
        settings = self._settings(name)
        self._sender(to)
        draft = self._draft(name, to)
        is_empty = not draft.digest.events
        with self.store.write(durable=True):
            if due_at is not None and self.store.editions.is_met(READER, name, due_at):
                return None
            edition_id = None
            recipients: tuple[str, ...] = ()
            if not is_empty or settings.empty == "send":
                edition_id = self.digests.keep(draft)
                recipients = tuple(self._address(name, edition_id, to, draft.digest.made_at))
            if due_at is not None:
                self.store.editions.meet(READER, name, due_at, edition_id, now=self.clock())
        return Published(name=name, digest=draft.digest, edition_id=edition_id, recipients=recipients)

    def _address(self, name: str, edition_id: int, to: tuple[str, ...], made_at: datetime) -> Iterator[str]:
        """Put a letter for everybody who wants it into the outbox."""
        now = self.clock()
        sender = self._sender(to)
        letters = []
        for address in dict.fromkeys(to):
            recipient = self.store.recipients.get(name, address, token=secrets.token_urlsafe(24), now=now)
            if recipient.wants_mail:
                parts = (recipient.token, name, str(edition_id), made_at.isoformat())
                letters.append((address, deliver.message_id(*parts, sender=sender)))
                yield address
        self.store.outbox.put(edition_id, name, letters, now=now)

    def _sender(self, to: Sequence[str]) -> str:
        """Whom mail to these comes from. Raises DeliveryError if there is mail to send and nobody to send it."""
        return "aggregator@localhost" if all(map(channel_of, to)) else sender_of(self.config.mail)

    def _draft(self, name: str, to: tuple[str, ...]) -> Draft:
        settings = self._settings(name)
        plan = DigestPlan(
            name=name,
            title=title_of(name),
            audience=", ".join(sorted(set(to))),
            look_back=LOOK_BACK,
            topics=settings.topics,
            max_events=settings.max_events,
            zone=zone_of(self.config, name, self.timezone),
        )
        draft = self.digests.draft(plan)
        return replace(draft, digest=self.retelling(self.config).retold(draft.digest))

    def _settings(self, name: str) -> DigestConfig:
        found = self.config.digests.get(name)
        if found is None:
            raise NotFound(f"The settings name no digest {name}; see: aggregator digests list")
        return found

    def _timetable(self, name: str) -> Timetable:
        return timetable_of(self.config, name, self.timezone)
