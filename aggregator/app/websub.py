"""WebSub: hubs tell us when a feed has something new, so that it need not be asked in vain.

What a hub sends is taken as a sign alone: the feed itself is asked then, under all its manners, so that nobody can put stories
into the store by knowing an address.
"""

from __future__ import annotations

import hashlib
import hmac
import logging
from dataclasses import dataclass
from datetime import timedelta
from urllib.parse import urlencode

from aggregator.app.clock import Clock
from aggregator.app.polling import Polling
from aggregator.config import Config
from aggregator.fetch import FetchFailed, FetchRequest
from aggregator.store import Store
from aggregator.store.websub import Hub

__all__ = ["WebSub"]

log = logging.getLogger(__name__)

LEASE_S = 10 * 24 * 3600  # what we ask for
SHORTEST_LEASE_S = 3600
RETRY = timedelta(hours=1)  # while a hub is silent; twice as long each time
LONGEST_RETRY = timedelta(days=2)
MOST_TRIES = 8
A_MOMENT = timedelta(minutes=1)
HASHES = frozenset({"sha1", "sha256", "sha384", "sha512"})


@dataclass(frozen=True, slots=True)
class WebSub:
    """Asks hubs, answers their questions, hears their calls."""

    store: Store
    config: Config
    clock: Clock
    polling: Polling

    @property
    def is_on(self) -> bool:
        """Whether the settings want it, and hubs can reach us."""
        return self.config.web.websub and self.config.web.public_url is not None

    def renew(self) -> None:
        """Ask hubs that have not been asked, have not answered, or whose lease ends soon."""
        if not self.is_on:
            return
        for hub in self.store.websub.due(self.clock()):
            self._ask(hub)

    def _ask(self, hub: Hub) -> None:
        body = urlencode({
            "hub.callback": f"{self.config.web.public_url}/websub/{hub.token}",
            "hub.mode": "subscribe",
            "hub.topic": hub.topic,
            "hub.secret": hub.secret,
            "hub.lease_seconds": str(LEASE_S),
        })  # fmt: skip
        tries = self.store.websub.tries(hub.feed_id)
        if tries >= MOST_TRIES:
            self.store.websub.refused(hub.feed_id, "It did not answer.")
            return
        headers = (("Content-Type", "application/x-www-form-urlencoded"),)
        request = FetchRequest(
            url=hub.hub, kind="other", method="POST", body=body.encode(), headers=headers, timeout_s=20
        )
        # Noted first, for a hub may ask back before it answers.
        self.store.websub.asked(hub.feed_id, again_at=self.clock() + min(RETRY * 2**tries, LONGEST_RETRY))
        answer = self.polling.resources.client.fetch(request)
        if isinstance(answer, FetchFailed):
            self.store.websub.answered(hub.feed_id, str(answer.error))
        log.info("hub asked", extra={"hub": hub.hub, "topic": hub.topic, "went": not isinstance(answer, FetchFailed)})

    def confirm(self, token: str, *, mode: str, topic: str, lease_s: int | None) -> bool:
        """A hub asks whether we meant it; True if we did."""
        hub = self.store.websub.by_token(token) if self.is_on else None
        if hub is None or topic != hub.topic or hub.state not in ("asked", "active"):
            return False
        if mode == "denied":
            self.store.websub.refused(hub.feed_id, "It refused.")
            return True
        if mode != "subscribe":
            return False
        lease = timedelta(seconds=max(SHORTEST_LEASE_S, min(lease_s or LEASE_S, 10 * LEASE_S)))
        self.store.websub.confirmed(hub.feed_id, renew_at=self.clock() + lease * 0.9)
        return True

    def hear(self, token: str, *, body: bytes, signature: str) -> bool:
        """A hub calls; False if nothing is subscribed to under this token any more. A call without its signature does nothing."""
        hub = self.store.websub.by_token(token) if self.is_on else None
        if hub is None:
            return False
        method, _, given = signature.strip().partition("=")
        if method not in HASHES:
            return True
        right = hmac.new(hub.secret.encode(), body, getattr(hashlib, method)).hexdigest()
        if hmac.compare_digest(right.encode(), given.strip().lower().encode()):
            now = self.clock()
            if self.store.websub.pushed(hub.feed_id, now=now, not_since=now - A_MOMENT):
                self.polling.ask_soon()
        return True
