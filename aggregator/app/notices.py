"""Telling the reader at once of what a rule found: by a command of their own, a webhook, ntfy; each event once."""

from __future__ import annotations

import hashlib
import hmac
import json
import logging
import os
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from aggregator.app.clock import Clock
from aggregator.errors import NotFound
from aggregator.model import Story
from aggregator.render.columns import one_line
from aggregator.render.links import web_link
from aggregator.render.rows import event_row, story_row
from aggregator.store import Store
from aggregator.store.notices import Notice

if TYPE_CHECKING:
    from aggregator.app.resources import Resources

__all__ = ["Channels", "Notices"]

log = logging.getLogger(__name__)

PATIENCE_S = 30.0
# When a notice that did not get there is tried again; after the last it is given up.
RETRIES = tuple(timedelta(minutes=m) for m in (1, 5, 30, 120, 720))


@dataclass(frozen=True, slots=True, kw_only=True)
class Channels:
    """The ways to tell the reader; those that are not set are not used."""

    command: tuple[str, ...] = ()
    webhook: str | None = None
    webhook_secret: str | None = None
    ntfy: str | None = None
    ntfy_token: str | None = None

    @property
    def names(self) -> tuple[str, ...]:
        """Those that are set."""
        ways = {"command": self.command, "webhook": self.webhook, "ntfy": self.ntfy}
        return tuple(name for name, way in ways.items() if way)


@dataclass(frozen=True, slots=True)
class Notices:
    """Notes what the reader is to be told, tells it, tries again. `resources` has the door to the network."""

    store: Store
    clock: Clock
    channels: Channels
    resources: Resources | None = None

    def tell(self, reader_id: int, rule: str, stories: Sequence[Story]) -> None:
        """Tell the reader of stories that a rule found; of each event once, by the earliest of its stories among these."""
        first: dict[tuple[str, int], Story] = {}
        for story in sorted(stories, key=lambda s: (s.published_at, s.id)):
            first.setdefault(("story", story.id) if story.event_id is None else ("event", story.event_id), story)
        told = [(s.id, s.event_id) for s in first.values()]
        self.store.notices.add(reader_id, rule, told, self.channels.names, now=self.clock())
        self.send_due()

    def send_due(self) -> None:
        """Send what is due; trouble is written down and tried again, for a poll must not fail by it."""
        for notice in self.store.notices.due(self.clock()):
            trouble = self._send(notice)
            if trouble is None:
                self.store.notices.sent(notice.id, now=self.clock())
                continue
            log.warning("notice not given", extra={"rule": notice.rule, "channel": notice.channel, "error": trouble})
            wait = RETRIES[notice.tries] if notice.tries < len(RETRIES) else None
            retry_at = None if wait is None else self.clock() + wait
            self.store.notices.failed(notice.id, trouble, retry_at=retry_at, now=self.clock())

    def _send(self, notice: Notice) -> str | None:
        """What went wrong, None if nothing."""
        try:
            story = self.store.stories.get(notice.story_id, reader_id=notice.reader_id)
        except NotFound:
            return None  # it is gone, and nobody wants to hear of it any more
        if notice.channel == "command":
            return _run(self.channels.command, notice.rule, story)
        if notice.channel == "webhook":
            return self._webhook(notice, story)
        return self._ntfy(notice, story)

    def _webhook(self, notice: Notice, story: Story) -> str | None:
        event = self._event(notice)
        body = json.dumps({"rule": notice.rule, "event": event, "story": story_row(story)}, ensure_ascii=False).encode()
        headers = [("Content-Type", "application/json"), ("X-Aggregator-Delivery", str(notice.id))]
        if self.channels.webhook_secret:
            seal = hmac.new(self.channels.webhook_secret.encode(), body, hashlib.sha256).hexdigest()
            headers.append(("X-Aggregator-Signature", f"sha256={seal}"))
        return self._post(self.channels.webhook or "", body, headers)

    def _ntfy(self, notice: Notice, story: Story) -> str | None:
        event = self._event(notice)
        outlets = f" ({event['outlets']} outlets)" if event and event["outlets"] > 1 else ""
        said = {"title": notice.rule, "click": web_link(story.url)}
        query = urlencode({name: value for name, value in said.items() if value})
        text = f"{one_line(story.outlet)}: {one_line(story.title or '(no title)')}{outlets}"
        token = self.channels.ntfy_token
        headers = [("Content-Type", "text/plain; charset=utf-8")] + (
            [("Authorization", f"Bearer {token}")] if token else []
        )
        return self._post(f"{(self.channels.ntfy or '').rstrip('/')}?{query}", text.encode(), headers)

    def _event(self, notice: Notice) -> dict[str, Any] | None:
        if notice.event_id is None:
            return None
        try:
            return event_row(self.store.events.get(notice.event_id))
        except NotFound:
            return None

    def _post(self, url: str, body: bytes, headers: Sequence[tuple[str, str]]) -> str | None:
        from aggregator.fetch import FetchFailed, FetchRequest  # noqa: PLC0415 - most polls have nothing to tell

        if self.resources is None:
            return "There is no way to the network."
        request = FetchRequest(
            url=url, kind="other", method="POST", body=body, headers=tuple(headers), trusted=True, timeout_s=PATIENCE_S
        )
        answer = self.resources.client.fetch(request)
        return str(answer.error) if isinstance(answer, FetchFailed) else None


def _run(command: Sequence[str], rule: str, story: Story) -> str | None:
    """Run the command with the story as a JSON line on its input and the rule's name in `AGGREGATOR_RULE`."""
    line = json.dumps(story_row(story), ensure_ascii=False) + "\n"
    try:
        done = subprocess.run(  # noqa: S603 (the command is the reader's own setting; stories reach it as input only)
            list(command),
            input=line.encode("utf-8", "replace"),
            capture_output=True,
            env=os.environ | {"AGGREGATOR_RULE": rule},
            timeout=PATIENCE_S,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        return str(error)
    if not done.returncode:
        return None
    said = done.stderr.decode("utf-8", "replace").strip().splitlines()
    return said[-1] if said else f"exit {done.returncode}"
