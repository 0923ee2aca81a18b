"""Entries as Atom, in the words of Google Reader: what is read and starred stands in categories."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from xml.sax.saxutils import escape, quoteattr

from aggregator.app.clients import ClientEntry
from aggregator.render.rows import iso
from aggregator.text.html import clean_text

__all__ = ["entries_atom"]

SCHEME = "http://www.google.com/reader/"


def entries_atom(title: str, rows: Sequence[tuple[str, ClientEntry, Sequence[str]]]) -> str:
    """An Atom document of entries, each with its id and its categories."""
    latest = max((entry.published_at for _, entry, _ in rows), default=datetime(1970, 1, 1, tzinfo=UTC))
    parts = [
        '<?xml version="1.0" encoding="utf-8"?>',
        '<feed xmlns="http://www.w3.org/2005/Atom">',
        f"<title>{_said(title)}</title><id>tag:aggregator,2026:stream</id><updated>{iso(latest)}</updated>",
        *(_entry(*row) for row in rows),
        "</feed>",
    ]
    return "\n".join(parts) + "\n"


def _entry(name: str, entry: ClientEntry, categories: Sequence[str]) -> str:
    labels = "".join(
        f"<category term={quoteattr(clean_text(c))} scheme={quoteattr(SCHEME)} label={quoteattr(c.rpartition('/')[2])}/>"
        for c in categories
    )
    link = f'<link rel="alternate" type="text/html" href={quoteattr(entry.url)}/>' if entry.url else ""
    return (
        f"<entry><id>{_said(name)}</id>{labels}<title>{_said(entry.title)}</title>"
        f"<published>{iso(entry.published_at)}</published><updated>{iso(entry.published_at)}</updated>{link}"
        f'<content type="html">{_said(entry.html)}</content><author><name>{_said(entry.author)}</name></author></entry>'
    )


def _said(text: str) -> str:
    return escape(clean_text(text))
