"""Summaries by a model of the reader's own (`[llm]`): asked for the first events of a named digest, checked, or left out."""

from __future__ import annotations

import json
import logging
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from aggregator.config import LlmConfig
from aggregator.digest.retelling import checked_retelling, retelling_prompt
from aggregator.model import Digest, DigestEvent, DigestSection

if TYPE_CHECKING:
    from aggregator.fetch import Client

__all__ = ["Retelling"]

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Retelling:
    """Asks an OpenAI-compatible endpoint. Without one in the settings, or without a good answer, sentences stay as they are."""

    settings: LlmConfig
    client: Callable[[], Client]

    def retold(self, digest: Digest) -> Digest:
        """The digest with summaries for its first events, as far as good ones come before the time is up."""
        if not self.settings.url or not self.settings.model:
            return digest
        until = time.monotonic() + self.settings.most_s
        events = sorted((e for s in digest.sections for e in s.events), key=lambda e: (-e.score, e.event_id))
        summaries: dict[int, str | None] = {}
        for event in events[: self.settings.events]:
            left = until - time.monotonic()
            if left <= 0:
                log.warning("summaries were cut short", extra={"written": len(summaries)})
                break
            summaries[event.event_id] = self._summary(event, min(left, self.settings.timeout_s))
        sections = [
            DigestSection(title=s.title, events=tuple(replace(e, summary=summaries.get(e.event_id)) for e in s.events))
            for s in digest.sections
        ]
        return replace(digest, sections=tuple(sections))

    def _summary(self, event: DigestEvent, timeout_s: float) -> str | None:
        sentences = [s.text for s in event.sentences]
        if len(sentences) < 2:  # noqa: PLR2004 (one sentence is its own summary)
            return None
        answer = self._ask(retelling_prompt(event.headline, sentences), timeout_s)
        summary = answer and checked_retelling(answer, event.headline, sentences, lang=event.lang)
        if answer and not summary:
            log.info("a summary said what its sentences do not, and was dropped", extra={"event": event.event_id})
        return summary or None

    def _ask(self, messages: list[dict[str, str]], timeout_s: float) -> str | None:
        """The model's words, None if there are none."""
        from aggregator.fetch import FetchFailed, FetchRequest  # noqa: PLC0415 - few settings name an endpoint

        body = {"model": self.settings.model, "messages": messages, "temperature": 0, "max_tokens": 200}
        headers = [("Content-Type", "application/json")]
        if self.settings.key:
            headers.append(("Authorization", f"Bearer {self.settings.key}"))
        request = FetchRequest(
            url=f"{(self.settings.url or '').rstrip('/')}/chat/completions", kind="other", method="POST",
            body=json.dumps(body, ensure_ascii=False).encode("utf-8", "replace"), headers=tuple(headers), trusted=True,
            timeout_s=timeout_s,
        )  # fmt: skip
        answer = self.client().fetch(request)
        if isinstance(answer, FetchFailed):
            log.warning("no summary", extra={"error": str(answer.error)})
            return None
        try:
            said = json.loads(getattr(answer, "body", b""))["choices"][0]["message"]["content"]
        except (ValueError, LookupError, TypeError) as error:
            log.warning("no summary", extra={"error": f"the endpoint's answer is not as expected: {error}"})
            return None
        return said if isinstance(said, str) else None
