"""Editions by mail as a use case: what waits in the outbox is sent, each mail once, and its fate written down."""

from __future__ import annotations

import logging
import os
import secrets
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from threading import Event as StopSignal

from aggregator import deliver, render
from aggregator.app.audit import Audit
from aggregator.app.clock import Clock, machine_time
from aggregator.app.digests import READER, Digests
from aggregator.app.languages import Languages
from aggregator.app.lease import holder_name, is_running
from aggregator.app.letters import Letters, mail_words
from aggregator.app.timetable import zone_of
from aggregator.config import Config, MailConfig, channel_of
from aggregator.deliver.message import plain_address
from aggregator.errors import DeliveryError, PluginFailed
from aggregator.model import Digest
from aggregator.plugins import load
from aggregator.store import Store
from aggregator.store.outbox import Queued
from aggregator.store.recipients import Recipient

__all__ = ["Mailing", "Sent", "sender_of", "transport_of"]

log = logging.getLogger(__name__)

# Minutes to wait after each try that failed for now; the last goes on. RFC 5321, 4.5.4.1: half an hour, and for days.
WAITS = (2, 5, 15, 30, 60, 120, 240)
GIVE_UP = timedelta(days=4)
HARD_FAILURES = 3  # mails in a row that were refused for good, after which an address is paused


@dataclass(slots=True, kw_only=True)
class Sent:
    """What one round came to. `problems` are sentences, one for each mail that was not taken."""

    sent: int = 0
    deferred: int = 0
    refused: int = 0
    problems: list[str] = field(default_factory=list)


def sender_of(mail: MailConfig) -> str:
    """Whom mail comes from: `[mail] sender`, or the user if that is an address; on this machine's own disk anybody will do.

    Raises:
        DeliveryError: there is none.

    """
    if mail.sender:
        return mail.sender
    if mail.user and "@" in mail.user:
        return mail.user
    if mail.transport != "smtp":
        return "aggregator@localhost"
    raise DeliveryError(
        "Mail needs a sender: set [mail] sender to your address; then: aggregator mail test",
        channel="smtp",
        setting="[mail] sender",
    )


def transport_of(mail: MailConfig) -> deliver.Transport:
    """The way by which the settings send mail.

    Raises:
        DeliveryError: a setting that it needs is not there.

    """
    if mail.transport == "sendmail":
        return deliver.SendmailTransport(mail.path or "/usr/sbin/sendmail", mail.timeout_s)
    if mail.transport in ("maildir", "file"):
        if not mail.path:
            raise DeliveryError(
                f"[mail] transport is {mail.transport}: set [mail] path to its folder.",
                channel=mail.transport,
                setting="[mail] path",
            )
        kind = deliver.MaildirTransport if mail.transport == "maildir" else deliver.FolderTransport
        return kind(Path(mail.path).expanduser())
    if not mail.host:
        raise DeliveryError(
            "Mail needs a server: set [mail] host (and port, user, password), or [mail] transport to sendmail or maildir.",
            channel="smtp",
            setting="[mail] host",
        )
    options = deliver.SmtpOptions(
        host=mail.host, port=mail.port, security=mail.security, user=mail.user, password=mail.password,
        ca_file=mail.ca_file, timeout_s=mail.timeout_s,
    )  # fmt: skip
    return deliver.SmtpTransport(options)


@dataclass(slots=True)
class Mailing:
    """Sends what the outbox holds. `make_transport` is the door to the world, which tests may replace."""

    store: Store
    clock: Clock
    timezone: str
    config: Config
    digests: Digests
    make_transport: Callable[[MailConfig], deliver.Transport] = transport_of
    _holder: str = field(default_factory=lambda: holder_name(f"mail {secrets.token_hex(4)}"))

    def send_due(self, *, stop: StopSignal | None = None) -> Sent:
        """Send every mail that is due, one after the other; each failure is written down and does not stop the others."""
        report = Sent()
        letters = Letters(self.store, self.config, self.timezone, self.digests)
        while stop is None or not stop.is_set():
            queued = self.store.outbox.claim(
                self._holder, now=self.clock(), machine_now=machine_time(), is_dead=partial(_is_dead, self._holder)
            )
            if queued is None:
                break
            self._send(queued, letters, report)
        return report

    def _send(self, queued: Queued, letters: Letters, report: Sent) -> None:
        """One mail, from its claim to whatever becomes of it."""
        outbox, now = self.store.outbox, self.clock
        recipient = self.store.recipients.get(
            queued.digest, queued.recipient, token=secrets.token_urlsafe(24), now=now()
        )
        if not recipient.wants_mail:
            outbox.stop(queued, "paused" if recipient.paused_at else "unsubscribed", now=now())
            return
        taken = partial(self._taken, queued, report)
        try:
            if scheme := channel_of(queued.recipient):
                taken(self._by_plugin(scheme, queued, letters))
            else:
                self._by_mail(queued, recipient, letters, on_taken=taken)
        except DeliveryError as error:
            self._failed(queued, error, report)
        except Exception as error:
            log.exception("mail failed", extra={"digest": queued.digest, "recipient": queued.recipient})
            why = f"It could not be made or sent: {type(error).__name__}: {error}"
            self._failed(queued, DeliveryError(why, in_doubt=outbox.is_handed_over(queued)), report)

    def _taken(self, queued: Queued, report: Sent, answer: str) -> None:
        """Write down that the other side has the mail."""
        with self.store.write(durable=True):
            self.store.outbox.confirm(queued, answer, now=self.clock())
            self.store.recipients.fared_well(queued.digest, queued.recipient)
        report.sent += 1

    def _by_mail(
        self, queued: Queued, recipient: Recipient, letters: Letters, *, on_taken: Callable[[str], None]
    ) -> None:
        transport = self.make_transport(self.config.mail)
        sender = sender_of(self.config.mail)
        content = letters.write(queued, recipient, sender)
        parcel = self._parcel(queued.recipient, sender, queued.message_id, content)
        if queued.in_doubt and transport.has(parcel):
            on_taken("it had arrived")
            return
        transport.send(
            parcel,
            on_hand_over=lambda: self.store.outbox.hand_over(queued, now=self.clock()),
            on_taken=on_taken,
        )

    def _by_plugin(self, scheme: str, queued: Queued, letters: Letters) -> str:
        channel = load(self.config.plugins.off).channels.get(scheme)
        if channel is None:
            raise DeliveryError(f"No plugin delivers to {scheme}:…; see: aggregator doctor", channel=scheme)
        digest, text = letters.read(queued)
        self.store.outbox.hand_over(queued, now=self.clock())
        try:
            return str(channel(queued.recipient, digest, text) or "taken")
        except PluginFailed as error:
            log.warning("plugin failed", extra={"plugin": error.plugin, "error": str(error)})
            raise DeliveryError(f"Plugin {error.plugin}: {error}", channel=scheme) from error

    def _parcel(self, recipient: str, sender: str, message_id: str, content: bytes) -> deliver.Parcel:
        """A mail in its envelope, with plain addresses."""
        there, address = plain_address(recipient), plain_address(deliver.address_of(sender))
        return deliver.Parcel(
            sender=deliver.verp(address, there) if self.config.mail.verp else address,
            recipient=there,
            message_id=message_id,
            content=content,
        )

    def _failed(self, queued: Queued, error: DeliveryError, report: Sent) -> None:
        """Write down why, and when to try again if that is worth it."""
        now = self.clock()
        why = str(error)
        report.problems.append(f"{queued.digest} for {queued.recipient}: {why}")
        if not error.transient:
            with self.store.write(durable=True):
                self.store.outbox.refuse(queued, why, now=now)
                self.store.recipients.fared_ill(queued.digest, queued.recipient, why, most=HARD_FAILURES, now=now)
            report.refused += 1
        elif now - queued.made_at > GIVE_UP:
            self.store.outbox.expire(queued, why, now=now)
            report.refused += 1
        else:
            self.store.outbox.defer(queued, why, until=_again(queued, now), in_doubt=error.in_doubt, now=now)
            report.deferred += 1

    def written(self, name: str, digest: Digest) -> tuple[str, str, str]:
        """(subject, text part, HTML part) of a named digest's mail for its first recipient, without its web address."""
        settings = self.config.digests.get(name)
        to = next(iter(settings.to), "nobody yet") if settings else "nobody yet"
        words = mail_words(
            self.config,
            name,
            to,
            made_at=digest.made_at,
            timezone=self.timezone,
            token=None,
            edition_id=None,
            tongue=Languages(self.store, self.config).of_digest(name, READER),
        )
        zone = zone_of(self.config, name, self.timezone)
        return render.digest_mail(digest, zone=zone, words=words)

    def audit(self, *, digest: str | None = None, since: datetime | None = None) -> Audit:
        """The ledger of what was to be sent, and whether each mail came once."""
        return Audit.of(self.store.outbox.ledger(digest=digest, since=since), now=self.clock())

    def test(self, to: str | None = None) -> str:
        """Send a short mail with the settings as they are; returns what was answered, and by which way.

        Raises:
            DeliveryError: it could not be sent; `setting` names what to look at.

        """
        mail = self.config.mail
        sender = sender_of(mail)
        recipient = to or next((a for d in self.config.digests.values() for a in d.to), deliver.address_of(sender))
        now = self.clock()
        message_id = deliver.message_id(secrets.token_hex(16), sender=sender)
        letter = deliver.Letter(
            sender=sender,
            recipient=recipient,
            subject="aggregator: mail works",
            text="This is the mail that `aggregator mail test` sends. Digests will come the same way.\n",
            html="<p>This is the mail that <code>aggregator mail test</code> sends. Digests will come the same way.</p>\n",
            at=now,
            message_id=message_id,
            list_name="test",
        )
        parcel = self._parcel(recipient, sender, message_id, deliver.build(letter))
        answers: list[str] = []
        self.make_transport(mail).send(parcel, on_hand_over=lambda: None, on_taken=answers.append)
        address = plain_address(deliver.address_of(sender))
        return f"A mail from {address} to {parcel.recipient} was taken: {answers[0]}"


def _again(queued: Queued, now: datetime) -> datetime:
    return now + timedelta(minutes=WAITS[min(queued.tries, len(WAITS)) - 1])


def _is_dead(ours: str, holder: str) -> bool:
    """Whether the holder of a claim cannot be at work any more; one with our number that is not us has been replaced."""
    pid = f"pid {os.getpid()} on "
    if pid in holder and pid in ours and holder != ours:
        return True
    return not is_running(holder)
