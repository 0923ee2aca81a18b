"""From an edition to the mail for one recipient: always the same bytes."""

from __future__ import annotations

from datetime import datetime
from urllib.parse import quote, urlsplit
from zoneinfo import ZoneInfo

from aggregator import deliver, render
from aggregator.app.digests import READER, Digests
from aggregator.app.languages import Languages
from aggregator.app.timetable import timetable_of, zone_of
from aggregator.config import Config
from aggregator.model import Digest
from aggregator.render.times import say_day
from aggregator.store import Store
from aggregator.store.outbox import Queued
from aggregator.store.recipients import Recipient
from aggregator.text.tongue import ENGLISH, Tongue

__all__ = ["Letters", "mail_words"]


def mail_words(
    config: Config,
    name: str,
    recipient: str,
    *,
    made_at: datetime,
    timezone: str,
    token: str | None,
    edition_id: int | None,
    tongue: Tongue = ENGLISH,
) -> render.MailWords:
    """What the foot of a mail says: why it came, when the next will, how to stop it, where it is on the web."""
    next_line = ""
    if name in config.digests:
        zone = zone_of(config, name, timezone)
        due = timetable_of(config, name, timezone).next(made_at)
        next_line = tongue.gettext(
            "The next one comes on %(day)s at %(time)s.",
            day=say_day(due, now=made_at, zone=zone, tongue=tongue),
            time=f"{due.astimezone(ZoneInfo(zone)):%H:%M}",
        )
    base = public_base(config)
    sender = config.mail.sender or config.mail.user or ""
    stop = tongue.gettext("To stop it: aggregator digests remove %(digest)s.", digest=name)
    if sender and not (base and token):
        stop = tongue.gettext(
            "To stop it: aggregator digests remove %(digest)s, or write to %(address)s.",
            digest=name,
            address=deliver.address_of(sender),
        )
    return render.MailWords(
        why=tongue.gettext(
            "You get this because the digest %(digest)s is sent to %(address)s.", digest=name, address=recipient
        ),
        next_line=next_line,
        stop=stop,
        tongue=tongue,
        unsubscribe_url=f"{base}/unsubscribe/{quote(token)}" if base and token else None,
        web_url=f"{base}/digests/{edition_id}" if base and edition_id else None,
    )


def public_base(config: Config) -> str | None:
    """The address under which others reach the page, if it is https: mail links to no other."""
    url = config.web.public_url or ""
    return url if urlsplit(url).scheme == "https" and urlsplit(url).hostname else None


class Letters:
    """Writes the mails of editions; the digest of the last one is kept at hand for the next recipient."""

    def __init__(self, store: Store, config: Config, timezone: str, digests: Digests) -> None:
        self._store = store
        self._config = config
        self._timezone = timezone
        self._digests = digests
        self._last: tuple[int, Digest] | None = None

    def write(self, queued: Queued, recipient: Recipient, sender: str) -> bytes:
        """The mail of an edition for a recipient."""
        digest = self._edition(queued.edition_id)
        zone = zone_of(self._config, queued.digest, self._timezone)
        words = mail_words(
            self._config,
            queued.digest,
            queued.recipient,
            made_at=digest.made_at,
            timezone=self._timezone,
            token=recipient.token,
            edition_id=queued.edition_id,
            tongue=Languages(self._store, self._config).of_digest(queued.digest, READER),
        )
        subject, text, html = render.digest_mail(digest, zone=zone, words=words)
        letter = deliver.Letter(
            sender=sender,
            recipient=queued.recipient,
            subject=subject,
            text=text,
            html=html,
            at=digest.made_at.astimezone(ZoneInfo(zone)),
            message_id=queued.message_id,
            list_name=queued.digest,
            root_id=queued.root_id,
            lang=words.tongue.lang,
            unsubscribe_url=words.unsubscribe_url,
            archive_url=words.web_url,
        )
        return deliver.build(letter)

    def read(self, queued: Queued) -> tuple[Digest, str]:
        """An edition, and its text in Markdown, for those who deliver it in another way."""
        digest = self._edition(queued.edition_id)
        return digest, render.digest_markdown(digest, zone=zone_of(self._config, queued.digest, self._timezone))

    def _edition(self, edition_id: int) -> Digest:
        if self._last is None or self._last[0] != edition_id:
            self._last = (edition_id, self._digests.edition(edition_id, reader_id=READER))
        return self._last[1]
