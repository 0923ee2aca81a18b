"""A digest as plain JSON values: stable keys, times in ISO 8601, nothing that the value does not say."""

from __future__ import annotations

from typing import Any

from aggregator.model import Change, Difference, Digest, DigestEvent, Sentence, SourceLine
from aggregator.render.rows import iso

__all__ = ["account_json", "digest_json"]


def digest_json(digest: Digest) -> dict[str, Any]:
    """The whole digest. Keys are only ever added; `version` rises if one had to change its meaning."""
    return {
        "version": 1,
        "title": digest.title,
        "made": iso(digest.made_at),
        "since": iso(digest.since),
        "until": iso(digest.until),
        "counts": {
            "stories": digest.stories,
            "outlets": digest.outlets,
            "events": digest.events,
            "new_events": digest.new_events,
            "copies": digest.copies,
            "left_out": digest.left_out,
        },
        "sections": [{"title": s.title, "events": [account_json(e) for e in s.events]} for s in digest.sections],
        "edits": [_change(edit) for edit in digest.edits],
        "health": list(digest.health),
    }


def account_json(event: DigestEvent) -> dict[str, Any]:
    """One event as a digest tells it."""
    return {
        "event": event.event_id,
        "headline": event.headline,
        "headline_from": event.headline_story_id or None,
        "headline_outlet": event.headline_outlet,
        "url": event.headline_url,
        "lang": event.lang,
        "section": event.section,
        "topics": list(event.topics),
        "status": event.status,
        "day": event.day,
        "outlets": event.outlets,
        "reports": event.reports,
        "independent": event.independent,
        "stories": event.stories,
        "copies": event.copies,
        "first_outlet": event.first_outlet,
        "first": iso(event.first_at),
        "last": iso(event.last_at),
        "sentences": [_sentence(s) for s in event.sentences],
        **({"summary": event.summary} if event.summary else {}),
        "changes": [_change(c) for c in event.changes],
        "differences": [_difference(d) for d in event.differences],
        "sources": [_source(s) for s in event.sources],
        "score": round(event.score, 4),
        "score_parts": {name: round(value, 4) for name, value in event.score_parts.items()},
    }


def _sentence(sentence: Sentence) -> dict[str, Any]:
    return {
        "text": sentence.text,
        "story": sentence.story_id,
        "offset": sentence.offset,
        "outlet": sentence.outlet,
        "url": sentence.url,
        "at": iso(sentence.at),
        "text_hash": sentence.text_hash,
    } | ({"spans": [list(span) for span in sentence.spans]} if sentence.spans else {})


def _change(change: Change) -> dict[str, Any]:
    return {
        "kind": change.kind,
        "what": change.what or None,
        "before": change.before,
        "after": change.after,
        "sentence": _sentence(change.sentence) if change.sentence else None,
        "before_sentence": _sentence(change.before_sentence) if change.before_sentence else None,
    }


def _difference(difference: Difference) -> dict[str, Any]:
    return {
        "what": difference.what,
        "sides": [{"value": value, "sentence": _sentence(sentence)} for value, sentence in difference.sides],
    }


def _source(source: SourceLine) -> dict[str, Any]:
    return {
        "story": source.story_id,
        "outlet": source.outlet,
        "title": source.title,
        "url": source.url,
        "at": iso(source.at),
        "copies": list(source.copies),
        "credit": source.credit,
    }
