"""What each element of an entry means: feedparser's rules on a tree of lxml.

feedparser's rules that look odd here (the first title of a level wins, a guid stands in for a link, a second summary is
content) are kept on purpose: feeds have been written to them for twenty years. Where an element holds something whose
meaning only feedparser knows, `Odd` is raised and feedparser is asked.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, ClassVar

from lxml import etree

from aggregator.parse.constructs import (
    CONTENT_TYPES,
    XHTML,
    Odd,
    attribute_of,
    content_of,
    date_of,
    language_of,
    stands_elsewhere,
    text_of,
)
from aggregator.parse.document import RawEnclosure, RawEntry, RawText
from aggregator.parse.names import canonical_name
from aggregator.parse.repair import joined, person_name, rebased, repaired

if TYPE_CHECKING:
    from collections.abc import Callable
    from collections.abc import Set as AbstractSet

__all__ = ["EntryReader", "Names"]

XML_BASE = "{http://www.w3.org/XML/1998/namespace}base"
_BROKEN_PARAMETER = re.compile(r"&([A-Za-z0-9_]+);")
_DEEPER_THAN_ANY = 10_000
_MAX_GROUPING = 12
_MEDIA = ("audio", "video", "image")


class Names:
    """The names and bases of the elements of one document, and what is remembered across its entries.

    `title_depth` is where the last title stood: a later one at that depth or deeper is not taken. `has_content` says that
    a summary no longer turns into content: it holds until the end of an entry, or of the first one if the feed has it.
    """

    def __init__(self, root: Any, *, has_bases: bool) -> None:
        self.title_depth = -1
        self.has_content = False
        self.handlers: dict[str, Callable[[EntryReader, Any], None] | None] = {}
        self._bases = _bases(root) if has_bases else {}
        self._of_tag: dict[str, str] = {}

    def of(self, element: Any) -> str:
        """Return the canonical name of an element; raise Odd for what is none."""
        tag = element.tag
        name = self._of_tag.get(tag)
        if name is None:
            if not isinstance(tag, str):
                raise Odd
            namespace, _, local = tag[1:].rpartition("}") if tag[0] == "{" else ("", "", tag)
            name = self._of_tag[tag] = canonical_name(namespace, element.prefix, local)
        return name

    def base_of(self, element: Any) -> str | None:
        """Return the base address that relative addresses in an element start from, where the document names one."""
        return self._bases.get(element)


class EntryReader:
    """Fills one `RawEntry` from the elements in it; serves for the feed's own title, link and id as well.

    `depth` is that of the elements read.
    """

    def __init__(self, entry: RawEntry, names: Names, *, depth: int) -> None:
        self.entry = entry
        self.names = names
        self.depth = depth
        self._depths: dict[str, int] = {}
        self._has_persons: bool | None = None

    def read(self, parent: Any) -> None:
        """Read the children of an entry, or of an element in it that only groups others: they mean the same in both."""
        known = self.names.handlers
        for child in parent:
            tag = child.tag
            handler = known[tag] if tag in known else self._learn(child)
            if handler is not None:
                handler(self, child)
            elif len(child):
                self._read_inside(child)

    def read_one(self, child: Any) -> None:
        """Read one element that has a meaning of its own."""
        handler = self._learn(child)
        if handler is not None:
            handler(self, child)

    def _learn(self, child: Any) -> Callable[[EntryReader, Any], None] | None:
        handler = self.names.handlers[child.tag] = self.MEANINGS.get(self.names.of(child))
        return handler

    def _read_inside(self, group: Any) -> None:
        if self.depth > _MAX_GROUPING:
            raise Odd
        self.depth += 1
        self.read(group)
        self.depth -= 1

    def _may_set(self, name: str) -> bool:
        """Whether a value at this depth may replace the one there is: one nested deeper may not."""
        if self.depth > self._depths.get(name, _DEEPER_THAN_ANY):
            return False
        self._depths[name] = self.depth
        return True

    def _joined(self, child: Any, address: str) -> str:
        return joined(self.names.base_of(child), address)

    def _title(self, child: Any) -> None:
        text = content_of(child, "text/plain")
        if not -1 < self.names.title_depth <= self.depth and self._may_set("title"):
            self.entry.title = text
        if text.value:
            self.names.title_depth = self.depth

    def _media_title(self, child: Any) -> None:
        before = self.names.title_depth
        self._title(child)
        self.names.title_depth = before

    def _id(self, child: Any) -> None:
        value = repaired(text_of(child))
        is_link = not len(child.attrib) or attribute_of(child, "isPermaLink", "true") == "true"
        if is_link and value:
            value = self._joined(child, value)
        if self._may_set("id"):
            self.entry.id = value
        if is_link and self.entry.link is None:
            self.entry.link = value

    def _link(self, child: Any) -> None:
        attributes = {k.lower(): v for k, v in child.attrib.items() if k[0] != "{"} if len(child.attrib) else {}
        href = attributes.get("url", attributes.get("uri", attributes.get("href")))
        if href is None:
            text = text_of(child).strip()
            link = repaired(self._joined(child, text) if text else text)
            self.entry.link = _BROKEN_PARAMETER.sub(r"&\1", link.replace("&amp;", "&")) if "&" in link else link
            return
        if not href or len(child):
            raise Odd
        rel, kind = attributes.get("rel", "alternate").lower(), attributes.get("type", "text/html").lower()
        if rel == "alternate" and CONTENT_TYPES.get(kind) in {"text/html", XHTML}:
            self.entry.link = self._joined(child, href)
        elif rel == "enclosure":
            enclosure = RawEnclosure(self._joined(child, href), attributes.get("type"), attributes.get("length"))
            self.entry.enclosures.append(enclosure)

    def _enclosure(self, child: Any) -> None:
        href = attribute_of(child, "url") or attribute_of(child, "href")
        if len(child):
            raise Odd
        if href:
            enclosure = RawEnclosure(href, attribute_of(child, "type"), attribute_of(child, "length"))
            self.entry.enclosures.append(enclosure)

    def _published(self, child: Any) -> None:
        self.entry.published = date_of(child)

    def _updated(self, child: Any) -> None:
        self.entry.updated = date_of(child)

    def _created(self, child: Any) -> None:
        self.entry.created = date_of(child)

    def _author(self, child: Any) -> None:
        """Take the name of a person: in RSS a text, in Atom an element of its own."""
        is_person = len(child) > 0
        name = self._name_of_person(child) if is_person else person_name(repaired(child.text or ""))
        if not name:
            return
        if self._has_persons not in {None, is_person}:
            raise Odd  # feedparser mixes up the names of the two kinds
        self._has_persons = is_person
        self.entry.authors.append(name)

    def _name_of_person(self, child: Any) -> str | None:
        self._refuse_inside(child, self.MEANINGS.keys())
        if (child.text or "").strip():
            raise Odd
        found = {self.names.of(c).rpartition(":")[2]: (c.text or "").strip() for c in child if not len(c)}
        if not found.get("name") and self.entry.authors:
            raise Odd  # feedparser lends it the name of the person before
        return found.get("name") or found.get("email")

    def _description(self, child: Any) -> None:
        self._summary_or_content(child, "text/html")

    def _summary(self, child: Any) -> None:
        self._summary_or_content(child, "text/plain")

    def _summary_or_content(self, child: Any, default: str) -> None:
        """A second summary is the content, unless there is content already."""
        if self.entry.summary is not None and not self.names.has_content:
            self._content(child)
            return
        text = content_of(child, default)
        if self._may_set("summary"):
            self.entry.summary = text

    def _content(self, child: Any) -> None:
        if stands_elsewhere(child):
            self.names.has_content = True
            self.entry.contents.append(RawText(""))
        else:
            self._add_content(content_of(child, "text/plain"))

    def _encoded(self, child: Any) -> None:
        self._add_content(content_of(child, "text/html"))

    def _add_content(self, text: RawText) -> None:
        self.names.has_content = True
        self.entry.contents.append(text)
        if self.entry.summary is None:
            self.entry.summary = text

    def _category(self, child: Any) -> None:
        term = repaired(text_of(child))
        if len(child.attrib):
            term = attribute_of(child, "label") or attribute_of(child, "term") or attribute_of(child, "text") or term
        if term:
            self.entry.categories.append(term)

    def _keywords(self, child: Any) -> None:
        self.entry.categories.extend(term for t in text_of(child).split(",") if (term := t.strip()))

    def _source(self, child: Any) -> None:
        """The feed that an entry came from says nothing about the entry itself, but its title counts as the last one."""
        self._refuse_inside(child, {"item", "entry"})
        titled = any(self.names.of(c) == "title" and (c.text or "").strip() for c in child)
        self.names.title_depth = self.depth + 1 if titled else -1

    def _image(self, child: Any) -> None:
        """An image may lend its title or id to the entry: rare enough to ask feedparser."""
        self._refuse_inside(child, self.MEANINGS.keys() - {"link", "description"})
        self.names.title_depth = -1

    def _refuse_inside(self, child: Any, names: AbstractSet[str]) -> None:
        if any(self.names.of(c) in names for c in child):
            raise Odd

    def _picture(self, child: Any) -> None:
        """Take the first picture that media:content, media:thumbnail or itunes:image names, and what stands inside."""
        href = attribute_of(child, "url") or attribute_of(child, "href")
        kind = (attribute_of(child, "type") or attribute_of(child, "medium") or "image").lower()
        if href and self.entry.image is None and kind.startswith("image"):
            self.entry.image = self._joined(child, href)
        if len(child):
            self._read_inside(child)

    def _media(self, child: Any) -> None:
        """Take a file that media:content names; one that is neither sound, film nor picture is a page with a player."""
        self._picture(child)
        href, medium = attribute_of(child, "url"), (attribute_of(child, "medium") or "").lower()
        kind = attribute_of(child, "type") or (f"{medium}/*" if medium in _MEDIA else "")
        if href and kind.lower().startswith(_MEDIA):
            described = next((c.text for c in child if self.names.of(c) == "media:description"), None)
            size, duration = attribute_of(child, "filesize"), attribute_of(child, "duration")
            self.entry.media.append(RawEnclosure(self._joined(child, href), kind, size, duration, described))

    def _duration(self, child: Any) -> None:
        self.entry.duration = child.text

    def _chapters(self, child: Any) -> None:
        self.entry.chapters = attribute_of(child, "url")

    def _transcript(self, child: Any) -> None:
        self.entry.transcript = self.entry.transcript or attribute_of(child, "url")

    def _language(self, child: Any) -> None:
        self.entry.lang = language_of(text_of(child)) or self.entry.lang

    def _contributor(self, child: Any) -> None:
        """Contributors have names and addresses that are not the entry's."""
        if any(self.names.of(c) in self.MEANINGS for c in child.iterdescendants()):
            raise Odd

    def _other_text(self, child: Any) -> None:
        """A text of no interest, in which elements lose their meaning."""
        if len(child):
            raise Odd

    def _odd(self, _child: Any) -> None:
        raise Odd

    MEANINGS: ClassVar[dict[str, Callable[[EntryReader, Any], None]]] = {
        "title": _title,
        "dc:title": _title,
        "media:title": _media_title,
        "id": _id,
        "guid": _id,
        "link": _link,
        "enclosure": _enclosure,
        "source": _source,
        "image": _image,
        **dict.fromkeys(["published", "issued", "pubdate", "dcterms:issued"], _published),
        **dict.fromkeys(["updated", "modified", "lastbuilddate", "dc:date", "dcterms:modified"], _updated),
        **dict.fromkeys(["created", "dcterms:created"], _created),
        **dict.fromkeys(["author", "managingeditor", "dc:author", "dc:creator", "itunes:author"], _author),
        **dict.fromkeys(["description", "dc:description"], _description),
        **dict.fromkeys(["summary", "itunes:summary", "media:description"], _summary),
        "content": _content,
        **dict.fromkeys(["content:encoded", "fullitem"], _encoded),
        **dict.fromkeys(["category", "keywords", "dc:subject", "media:category", "itunes:category"], _category),
        **dict.fromkeys(["media:keywords", "itunes:keywords"], _keywords),
        "media:content": _media,
        **dict.fromkeys(["media:thumbnail", "itunes:image"], _picture),
        "itunes:duration": _duration,
        "podcast:chapters": _chapters,
        "podcast:transcript": _transcript,
        **dict.fromkeys(["language", "dc:language"], _language),
        **dict.fromkeys(["contributor", "dc:contributor"], _contributor),
        **dict.fromkeys(
            ["rights", "copyright", "dc:rights", "subtitle", "tagline", "itunes:subtitle", "info"], _other_text
        ),
        **dict.fromkeys(
            ["abstract", "body", "xhtml:body", "textinput", "tags", "svg", "item", "entry", "channel", "feed", "rss"],
            _odd,
        ),
    }


def _bases(root: Any) -> dict[Any, str]:
    """Return the base of every element, found as feedparser does: one inside a document that has none holds for the rest."""
    bases: dict[Any, str] = {}
    around: list[str] = []
    base = ""
    for event, element in etree.iterwalk(root, events=("start", "end")):
        if event == "start":
            base = rebased(base, element.get(XML_BASE) or element.get("base") or base)
            around.append(base)
            bases[element] = base
        else:
            around.pop()
            base = (around and around[-1]) or base
    return bases
