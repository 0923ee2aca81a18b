"""Render an outlet's feed, front page and article pages as they stand at a time: values in, bytes out."""

from __future__ import annotations

import hashlib
import html
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import format_datetime
from functools import cache
from typing import Any

import jinja2

from aggregator.newsroom.values import Newsroom, Outlet, Story, slug

__all__ = ["PICTURE_SIZE", "Document", "article_page", "feed", "feed_type", "front_page", "picture_path"]

ENTRIES_IN_FEED = 40
POPULAR = 6
RELATED = 3
PICTURE_SIZE = (640, 360)

_FEED_TYPES = {
    "rss2": "application/rss+xml",
    "rss1": "application/rdf+xml",
    "atom": "application/atom+xml",
    "json": "application/feed+json",
}
_MONTHS: Mapping[str, tuple[str, ...]] = {
    "en": (
        "January",
        "February",
        "March",
        "April",
        "May",
        "June",
        "July",
        "August",
        "September",
        "October",
        "November",
        "December",
    ),
    "de": (
        "Januar",
        "Februar",
        "März",
        "April",
        "Mai",
        "Juni",
        "Juli",
        "August",
        "September",
        "Oktober",
        "November",
        "Dezember",
    ),
    "pt": (
        "janeiro",
        "fevereiro",
        "março",
        "abril",
        "maio",
        "junho",
        "julho",
        "agosto",
        "setembro",
        "outubro",
        "novembro",
        "dezembro",
    ),
}
_DAY_PATTERNS = {"en": "{day} {month} {year}", "de": "{day}. {month} {year}", "pt": "{day} de {month} de {year}"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """One thing to serve: its bytes, its media type, when it last changed."""

    body: bytes
    type: str
    changed_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class _Link:
    title: str
    link: str


def feed_type(outlet: Outlet) -> str:
    """The media type of an outlet's feed, without its character set."""
    return _FEED_TYPES[outlet.feed.format]


def picture_path(story: Story) -> str | None:
    """The address of the picture a story brings, if it brings one."""
    return f"/pictures/{_digest(story)}.png" if story.caption else None


def feed(newsroom: Newsroom, outlet: Outlet, *, base: str, now: datetime) -> Document:
    """The outlet's feed at `now`: the newest stories, as they stand then."""
    stories = newsroom.published(outlet.key, now)[:ENTRIES_IN_FEED]
    changed_at = max((s.last_change_at for s in stories), default=newsroom.stories[0].at)
    if outlet.feed.format == "json":
        return _document(_json_feed(outlet, stories, base), outlet, changed_at, feed_type(outlet))
    careless = "-careless" if outlet.feed.careless else ""
    text = _template(f"feed-{outlet.feed.format}{careless}.xml").render(
        outlet=outlet,
        base=base,
        feed_url=base + outlet.feed.path,
        changed_at=changed_at,
        stories=[_entry(s, outlet, base) for s in stories],
    )
    return _document(text, outlet, changed_at, feed_type(outlet))


def front_page(newsroom: Newsroom, outlet: Outlet, *, base: str, now: datetime) -> Document:
    """The outlet's home page: its headlines, and where its feed is."""
    stories = newsroom.published(outlet.key, now)
    text = _template("home.html").render(
        **_surroundings(outlet, base), stories=[_entry(s, outlet, base, tracking=False) for s in stories]
    )
    changed_at = max((s.last_change_at for s in stories), default=newsroom.stories[0].at)
    return _document(text, outlet, changed_at, "text/html")


def article_page(newsroom: Newsroom, outlet: Outlet, story: Story, *, base: str) -> Document:
    """A story's page, with all that a page has around the text.

    The lists of other headlines are those of the moment of publication, so that a page changes only when its text does.
    """
    others = [
        _Link(title=s.title, link=base + s.path)
        for s in newsroom.published(outlet.key, story.at)
        if s.path != story.path
    ]
    evergreen = [_Link(title=t, link=f"{base}/#{slug(t)}") for t in outlet.evergreen]
    shown = _entry(story, outlet, base, tracking=False)
    text = _template(f"{outlet.template}.html").render(
        **_surroundings(outlet, base),
        story=shown,
        popular=(others[1 : POPULAR - 1] + evergreen)[:POPULAR],
        related=others[:RELATED],
        json_ld=_json_ld(shown, outlet) if "json-ld" in outlet.metadata else None,
    )
    return _document(text, outlet, story.last_change_at, "text/html")


# ------------------------------------------------------------------------------------------------------------ parts


def _document(text: str, outlet: Outlet, changed_at: datetime, media_type: str) -> Document:
    """`text` in the outlet's character set; what that cannot write becomes a character reference."""
    encoding = outlet.feed.encoding
    return Document(
        body=text.encode(encoding, "xmlcharrefreplace"), type=f"{media_type}; charset={encoding}", changed_at=changed_at
    )


def _surroundings(outlet: Outlet, base: str) -> dict[str, Any]:
    return {
        "outlet": outlet,
        "base": base,
        "words": outlet.words,
        "encoding": outlet.feed.encoding,
        "feed_url": base + outlet.feed.path,
        "feed_type": feed_type(outlet),
        "picture_width": PICTURE_SIZE[0],
        "picture_height": PICTURE_SIZE[1],
    }


def _digest(story: Story) -> str:
    """Stable, and tells nothing: an address or guid must not give the event away."""
    return hashlib.sha256(f"{story.outlet}{story.path}".encode()).hexdigest()[:16]


def _entry(story: Story, outlet: Outlet, base: str, *, tracking: bool = True) -> dict[str, Any]:
    """What the templates know of a story. Never its id, its event or its source."""
    query = f"?{outlet.feed.tracking}" if tracking and outlet.feed.tracking else ""
    picture = picture_path(story)
    return {
        "title": story.title,
        "link": base + story.path + query,
        "guid": f"tag:{slug(outlet.name)}.example,{story.at.year}:{_digest(story)}",
        "at": story.at,
        "corrected_at": story.corrected_at,
        "authors": story.authors,
        "credit": story.credit,
        "section": story.section,
        "summary": story.summary,
        "paragraphs": story.paragraphs,
        "caption": story.caption,
        "picture": base + picture if picture else None,
        "html": "".join(f"<p>{html.escape(p, quote=False)}</p>\n" for p in story.paragraphs),
    }


def _json_feed(outlet: Outlet, stories: tuple[Story, ...], base: str) -> str:
    items = []
    for story in stories:
        shown = _entry(story, outlet, base)
        item: dict[str, Any] = {
            "id": shown["guid"],
            "url": shown["link"],
            "title": shown["title"],
            "date_published": _iso(story.at),
            "authors": [{"name": name} for name in story.authors],
            "tags": [story.section],
        }
        if outlet.feed.body == "full":
            item["content_html"] = shown["html"]
        else:
            item["content_text"] = shown["summary"] if outlet.feed.body == "summary" else shown["title"]
        if shown["picture"]:
            item["image"] = shown["picture"]
        items.append(item)
    document = {
        "version": "https://jsonfeed.org/version/1.1",
        "title": outlet.name,
        "description": outlet.tagline,
        "language": outlet.lang,
        "home_page_url": base + "/",
        "feed_url": base + outlet.feed.path,
        "items": items,
    }
    return json.dumps(document, ensure_ascii=False, indent=1)


def _json_ld(shown: dict[str, Any], outlet: Outlet) -> str:
    data: dict[str, Any] = {
        "@context": "https://schema.org",
        "@type": "NewsArticle",
        "headline": shown["title"],
        "datePublished": _iso(shown["at"]),
        "dateModified": _iso(shown["corrected_at"] or shown["at"]),
        "author": [{"@type": "Person", "name": name} for name in shown["authors"]],
        "publisher": {"@type": "NewsMediaOrganization", "name": outlet.name},
        "articleSection": shown["section"],
        "inLanguage": outlet.lang,
        "mainEntityOfPage": shown["link"],
    }
    if shown["picture"]:
        data["image"] = {
            "@type": "ImageObject",
            "url": shown["picture"],
            "width": PICTURE_SIZE[0],
            "height": PICTURE_SIZE[1],
        }
    return json.dumps(data, ensure_ascii=False).replace("<", "\\u003c")  # so that no tag can end the script


def _iso(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _rfc822(moment: datetime) -> str:
    return format_datetime(moment.astimezone(UTC), usegmt=True)


def _day(moment: datetime, lang: str) -> str:
    if lang not in _DAY_PATTERNS:
        return f"{moment:%Y-%m-%d}"
    return _DAY_PATTERNS[lang].format(day=moment.day, month=_MONTHS[lang][moment.month - 1], year=moment.year)


def _clock(moment: datetime) -> str:
    return f"{moment:%H:%M}"


@cache
def _environment() -> jinja2.Environment:
    environment = jinja2.Environment(
        loader=jinja2.PackageLoader("aggregator.newsroom"),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters.update(iso=_iso, rfc822=_rfc822, day=_day, clock=_clock, slug=slug)
    return environment


def _template(name: str) -> jinja2.Template:
    return _environment().get_template(name)
