"""OPML: lists of subscriptions from and for other readers (http://opml.org/spec2.opml).

Reading is all or nothing. What we do not understand is kept: attributes of other readers (FreshRSS writes `frss:…`) come
back out of `write_opml`, in James Clark's notation `{namespace}name` where they have a namespace; so do those of folders.
How a page is read as a feed stands in attributes of our own, `agg:entry` and its like. Logins are never written.
"""

from __future__ import annotations

import re
from email.utils import format_datetime
from typing import TYPE_CHECKING, Any

from lxml import etree

from aggregator.errors import OPMLError
from aggregator.model import FeedList, FeedSpec, FolderSpec, PageSelectors
from aggregator.text.encoding import to_utf8
from aggregator.text.html import one_line, without_controls
from aggregator.text.urls import canonical_url

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from datetime import datetime

__all__ = ["read_opml", "write_opml"]

_MAX_SIZE_BYTES = 32 * 2**20
_MAX_TAGS = 200_000
_FEED_TYPES = frozenset({"rss", "atom", "rdf", "feed"})
_FOLDER_TYPES = frozenset({"", "folder", "category", "group"})
_UNDERSTOOD = frozenset({"text", "title", "xmlurl", "htmlurl"})
_OURS = "urn:aggregator:opml"
_PREFIXES = {"https://freshrss.org/opml": "frss", _OURS: "agg"}
_SELECTORS = ("entry", "title", "link", "date", "summary")
_ANOTHER_KIND = re.compile(rb"\{|<!doctype html|<html", re.IGNORECASE)
_NAME = re.compile(r"(?:\{[^{}\s]+\})?[A-Za-z_][\w.\-]*")


def read_opml(data: bytes) -> FeedList:
    """Return the feeds of an OPML document in its order, a feed listed twice once, where it stands first.

    Of folders it returns those of which more is said than which feeds are in them, and those that hold none.

    Addresses are as written but for blanks; their scheme is the caller's to judge. Raises OPMLError, with one line that says
    where, if the document is not OPML or not whole: then nothing of it counts.
    """
    root = _parse(data)
    if _local(root) != "opml":
        raise _refusal(f"its first element is <{_local(root)}>, not <opml>")
    body = next((child for child in root if _local(child) == "body"), None)
    if body is None:
        raise _refusal("it has no <body>")
    feeds: dict[str, FeedSpec] = {}
    folders: dict[tuple[str, ...], FolderSpec] = {}
    for spec in _outlines_in(body, ()):
        if isinstance(spec, FeedSpec):
            feeds.setdefault(canonical_url(spec.url), spec)
        else:
            folders.setdefault(spec.path, spec)
    return FeedList(feeds=tuple(feeds.values()), folders=tuple(folders.values()))


def write_opml(
    feeds: Iterable[FeedSpec], title: str, created_at: datetime, *, folders: Iterable[FolderSpec] = ()
) -> bytes:
    """Return an OPML 2.0 document with the feeds in their folders, as UTF-8. `created_at` is aware.

    `folders` are those of which there is more to say than which feeds are in them.
    """
    feeds, described = tuple(feeds), {folder.path: folder for folder in folders if folder.path}
    root = etree.Element("opml", version="2.0", nsmap=_namespaces([*feeds, *described.values()]))
    head = etree.SubElement(root, "head")
    etree.SubElement(head, "title").text = one_line(title)
    etree.SubElement(head, "dateCreated").text = format_datetime(created_at)
    body = etree.SubElement(root, "body")
    outlines: dict[tuple[str, ...], Any] = {(): body}
    for feed in feeds:
        outline = etree.SubElement(_folder(outlines, feed.folder, described), "outline")
        for name, value in _attributes(feed):
            outline.set(name, value)
    for path in described:
        _folder(outlines, path, described)
    etree.indent(root)
    return bytes(etree.tostring(root, encoding="UTF-8", xml_declaration=True)) + b"\n"


def _parse(data: bytes) -> Any:
    if len(data) > _MAX_SIZE_BYTES:
        raise _refusal(f"it is larger than {_MAX_SIZE_BYTES // 2**20} MiB")
    text = to_utf8(data)
    start = len(text) - len(text.lstrip())
    if not text[start:]:
        raise _refusal("it is empty")
    if match := _ANOTHER_KIND.match(text, start):
        raise _refusal("line 1: it is JSON" if match[0] == b"{" else "line 1: it is an HTML page")
    entity_at = text.upper().find(b"<!ENTITY")
    if entity_at >= 0:
        line = text.count(b"\n", 0, entity_at) + 1
        raise _refusal(f"line {line}: it declares entities, which no list of feeds needs")
    if text.count(b"<") > _MAX_TAGS:
        raise _refusal(f"it has more than {_MAX_TAGS} tags")
    parser = etree.XMLParser(
        encoding="utf-8", resolve_entities=False, no_network=True, load_dtd=False, remove_comments=True, remove_pis=True
    )
    try:
        return etree.fromstring(text[start:], parser)
    except etree.XMLSyntaxError as exc:
        line = (exc.lineno or 1) + text.count(b"\n", 0, start)
        what = re.sub(r",? line \d+, column \d+.*", "", one_line(exc.msg or "not well-formed"))
        raise _refusal(f"line {line}, column {exc.offset or 1}: {what}") from exc


def _refusal(why: str) -> OPMLError:
    return OPMLError(f"this is not an OPML list of feeds: {why}; nothing was imported")


def _outlines_in(parent: Any, folder: tuple[str, ...]) -> Iterator[FeedSpec | FolderSpec]:
    """Walk the outlines below `parent`; libxml2 bounds how deep they nest."""
    for outline in parent:
        if _local(outline) != "outline":
            continue
        given = {name.lower(): value for name, value in outline.attrib.items()}
        name = one_line(given.get("title") or "") or one_line(given.get("text") or "") or None
        address = given.get("xmlurl") or (given.get("url") if given.get("type", "").lower() in _FEED_TYPES else None)
        url = without_controls(address or "").replace("\n", "").replace("\t", "").strip()
        if url:
            yield _spec(outline, url, name, folder)
        elif name and given.get("type", "").lower() in _FOLDER_TYPES:
            kept = tuple(_kept(outline, name))
            if kept or not any(_local(child) == "outline" for child in outline):
                yield FolderSpec(path=(*folder, name), attributes=kept)
        if len(outline):
            yield from _outlines_in(outline, (*folder, name) if name else folder)


def _spec(outline: Any, url: str, title: str | None, folder: tuple[str, ...]) -> FeedSpec:
    site_url = next((one_line(value) for name, value in outline.attrib.items() if name.lower() == "htmlurl"), None)
    kept = dict(_kept(outline, title))
    found = {name: kept.pop(f"{{{_OURS}}}{name}", None) or None for name in _SELECTORS}
    entry = found.pop("entry")
    return FeedSpec(
        url=url,
        title=title,
        site_url=site_url or None,
        folder=folder,
        attributes=tuple(kept.items()),
        selectors=PageSelectors(entry=entry, **found) if entry else None,
    )


def _kept(outline: Any, title: str | None) -> Iterator[tuple[str, str]]:
    """The attributes that we do not understand, and a text beside another title."""
    for name, value in outline.attrib.items():
        lower = name.lower()
        text = one_line(value)
        if lower == "type" and text.lower() == "rss":
            continue  # what we write for every feed
        if lower not in _UNDERSTOOD or (lower == "text" and text and text != title):
            yield (lower if lower in {"text", "type"} else name, without_controls(value))


def _attributes(feed: FeedSpec) -> Iterator[tuple[str, str]]:
    kept = dict(feed.attributes)
    if feed.selectors:
        kept |= {f"{{{_OURS}}}{n}": value for n in _SELECTORS if (value := getattr(feed.selectors, n))}
    title = one_line(feed.title or "")
    yield "type", without_controls(kept.pop("type", "rss"))
    yield "text", without_controls(kept.pop("text", title) or feed.url)
    if title:
        yield "title", title
    yield "xmlUrl", without_controls(feed.url)
    if feed.site_url:
        yield "htmlUrl", without_controls(feed.site_url)
    yield from _writable(kept)


def _writable(kept: dict[str, str]) -> Iterator[tuple[str, str]]:
    for name, value in kept.items():
        if _NAME.fullmatch(name) and name.lower() not in _UNDERSTOOD:
            yield name, without_controls(value)


def _folder(outlines: dict[tuple[str, ...], Any], path: tuple[str, ...], described: Mapping[Any, FolderSpec]) -> Any:
    """Return the outline of a folder, made with those around it where it is new."""
    for depth in range(1, len(path) + 1):
        if path[:depth] not in outlines:
            name = one_line(path[depth - 1])
            kept = dict(described[path[:depth]].attributes) if path[:depth] in described else {}
            text = without_controls(kept.pop("text", name)) or name
            outline = etree.SubElement(outlines[path[: depth - 1]], "outline", text=text, title=name)
            for attribute, value in _writable(kept):
                outline.set(attribute, value)
            outlines[path[:depth]] = outline
    return outlines[path]


def _namespaces(specs: Sequence[FeedSpec | FolderSpec]) -> dict[str, str]:
    used = dict.fromkeys(n[1:].partition("}")[0] for s in specs for n, _ in s.attributes if n.startswith("{"))
    if any(isinstance(s, FeedSpec) and s.selectors for s in specs):
        used[_OURS] = None
    return {_PREFIXES.get(uri, f"x{i}"): uri for i, uri in enumerate(used, 1)}


def _local(element: Any) -> str:
    return str(element.tag).rpartition("}")[2].lower()
