"""Editions as an Atom feed (RFC 4287): one entry for each, with the whole edition as its content."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from xml.sax.saxutils import escape, quoteattr

from aggregator.model import Digest
from aggregator.render.columns import one_line
from aggregator.render.mail import subject_of
from aggregator.render.page import digest_fragment
from aggregator.render.times import say_day

__all__ = ["digests_atom"]


def digests_atom(
    editions: Sequence[tuple[int, Digest]], *, feed_id: str, base: str, path: str, zone: str = "UTC"
) -> str:
    """The feed of these (edition id, digest), the latest first.

    `base` is the page's address without a slash at its end, `path` the feed's own, `feed_id` an address (a URI) that never
    changes, from which the entries' follow.
    """
    latest = max((digest.made_at for _, digest in editions), default=datetime(1970, 1, 1, tzinfo=UTC))
    entries = [_entry(number, digest, feed_id, base, zone) for number, digest in editions]
    return "\n".join(
        [
            '<?xml version="1.0" encoding="utf-8"?>',
            '<feed xmlns="http://www.w3.org/2005/Atom">',
            f"<id>{escape(feed_id)}</id>",
            "<title>Digests</title>",
            f"<updated>{_time(latest)}</updated>",
            "<author><name>aggregator</name></author>",
            f'<link rel="self" type="application/atom+xml" href={quoteattr(base + path)}/>',
            f"<link href={quoteattr(base + '/digests')}/>",
            *entries,
            "</feed>\n",
        ]
    )


def _entry(number: int, digest: Digest, feed_id: str, base: str, zone: str) -> str:
    day = say_day(digest.made_at, now=digest.made_at, zone=zone)
    return "\n".join(
        [
            "<entry>",
            f"<id>{escape(f'{feed_id}:{number}')}</id>",
            f"<title>{escape(one_line(subject_of(digest)))}</title>",
            f"<updated>{_time(digest.made_at)}</updated>",
            f"<link href={quoteattr(f'{base}/digests/{number}')}/>",
            f"<summary>{escape(one_line(f'{digest.title} · {day}'))}</summary>",
            f'<content type="html">{escape(_printable(str(digest_fragment(digest, zone=zone))))}</content>',
            "</entry>",
        ]
    )


def _time(at: datetime) -> str:
    return f"{at.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"


def _printable(text: str) -> str:
    """Without the characters that XML cannot carry."""
    return "".join(
        c for c in text if c in "\t\n" or (c >= " " and not "\ud800" <= c <= "\udfff" and c not in "\ufffe\uffff")
    )
