"""Who wrote it: names from JSON-LD, meta and the byline a reader sees."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

from selectolax.lexbor import LexborHTMLParser, LexborNode

from aggregator.extract.han_names import han_names
from aggregator.extract.head import Head
from aggregator.extract.titles import clean

__all__ = ["find_authors", "names_in", "same_name"]

# "by" in front of a name, in the languages of our sample and their neighbours; also "written by", "text:".
_BY = re.compile(
    r"^\W*(?:(?:article|story|post|posted|written|reported|published|authored|reviewed|created|analysis|opinion|review|words|text|texte|texto|"
    r"testo|tekst|foto|photo|photos|geschrieben|verfasst|ein (?:beitrag|artikel|gastbeitrag|kommentar)|publié|écrit|propos recueillis|"
    r"escrito|publicado|scritto|pubblicato|geplaatst|geschreven|skrivet|skrevet|napisał|napisała|opublikował|kommentar|analyse)\s+(?:and \w+\s+)?)?"
    r"(?:by|von|par|por|(?-i:di|da|de)|door|av|af|od|przez|autor(?:en|in|es|a)?|auteurs?|autore|författare|forfatter|tekijä|yazar|yazan|penulis|oleh|"
    r"автор|текст|作者|記者|记者|文|撰文|編輯|编辑|責編|责编|来源|کاتب|بقلم|מאת|द्वारा|author(?:\(s\)|s)?|writer|reporter|contributor|text|texte|texto|testo|tekst|words)"
    r"(?:\s*[:：/|·]\s*|\s+)",
    re.IGNORECASE,
)
_HAN_BY = re.compile(r"^\W*(?:作者|文|撰文|記者|记者|本报记者|本報記者|文字)\s*[:：/丨|]?\s*")
_ABBREVIATED = re.compile(r"(?:\b[A-Z]|\b[JS]r|\be\.V)\.$")
_PARTICLES = frozenset(
    (
        "de da do dos das del della di van von der den ter ten la le el al bin ibn y e du des af av zu zur und and & st "
        "the of"
    ).split()
)
_SPLIT = re.compile(
    r"\s*(?:[,;|/•·、，；\n\t]|(?<=\w)\s+[–—-]\s+|\s(?:and|und|et|y|och|og|ja|with|mit|avec|con|en|&|\+|i|и|و)\s(?!Sons\b|Co\b|Company\b))\s*",
    re.IGNORECASE,
)
_TRAILING_BY = re.compile(r"\s+(?:for|in|from|at|via|of)\s+(?:the\s+)?[\w .]+$|\s*[(\[].*$|\s+@\S+|\S+@\S+\.\S+")
_DATE_LIKE = re.compile(
    r"\d{2}|\b(?:jan|feb|mar|apr|may|jun|jul|aug|sep|sept|oct|nov|dec)[a-z]*\.? \d|\b(?:january|february|march|april|june|july|august|september|october|november|december|(?:mon|tues|wednes|thurs|fri|satur|sun)day)\b|\bago\b",
    re.IGNORECASE,
)
# Alone these name nobody.
_NOBODY = frozenset(
    (
        "name names auteur auteurs autor autorin autoren autore autores författare verfasser sponsored advertisement "
        "anzeige admin administrator administrateur staff staffwriter editor editors editorial editorialteam "
        "editorialstaff editorialboard author authors team guest guestauthor guestcontributor contributor contributors "
        "webmaster webdesk newsdesk newsroom newsstaff staffreporter staffreporters staffreport desk redaktion "
        "redaction redazione redacción redaccion larédaction laredaction redactie toimitus redaktionen redakcja "
        "redaksjonen unknown anonymous null none undefined user root writer reporter correspondent ourcorrespondent "
        "specialcorrespondent agencies agency wire wirereport wirereports newsagency newsservice website web blog "
        "blogger published posted updated home by follow share comments subscribe menu read more readmore biography bio "
        "email twitter facebook about abouttheauthor authorbio viewprofile profile seeall viewall writtenby"
    ).split()
)
_ROLE = re.compile(
    r"\b(?:editor|reporter|correspondent|writer|journalist|contributor|columnist|producer|analyst|director|manager|specialist|"
    r"redakteur(?:in)?|korrespondent(?:in)?|journaliste|periodista|giornalista|redactor|staff|senior|chief|bureau|freelance|author|"
    r"minutes?|min read|read|views?|comments?|shares?|updated|published|posted|follow|photography|photographer|getty|images?|"
    r"ph\.?d|m\.?d|mba|cfa|rn|rd|esq|jr|sr|he/him|she/her|they/them)\b\.?",
    re.IGNORECASE,
)
_BYLINE = (
    ('[itemprop~="author"] [itemprop~="name"]', 9.0),
    ('[itemprop~="author"]', 7.0),
    ('a[rel~="author"]', 7.0),
    (
        '[class*="author-name" i], [class*="author_name" i], [class*="authorname" i], [class*="byline-name" i], [class*="byline__name" i], [class*="author__name" i]',
        8.0,
    ),
    ('[class*="byline" i]', 6.0),
    (
        '[href*="/author/" i], [href*="/authors/" i], [href*="/autor/" i], [href*="/auteur/" i], [href*="/profile/" i]',
        5.0,
    ),
    (
        '[class*="author" i], [id*="author" i], [class*="autor" i], [class*="auteur" i], [class*="verfasser" i], [class*="writer" i]',
        4.5,
    ),
    ('[class*="contributor" i], [class*="reporter" i], [class*="journalist" i]', 3.5),
)
_ELSEWHERE = re.compile(
    r"comment|related|sidebar|(?<!entry-)footer|recommend|popular|trending|teaser|promo|carousel|slider|newsletter|\blatest(?!-by)|recirc|read-next|up-next|\bnav",
    re.IGNORECASE,
)
_ORGANISATION = re.compile(
    r"\b(?:the [A-Z]\w+|staff|team|desk|news|newsroom|press|journal|gazette|tribune|herald|times|post|media|network|magazine|university|school|institute|"
    r"foundation|bank|company|inc|ltd|llc|gmbh|e\.v|editors?|editorial|redaktion|redaction|rédaction|redacción|redazione|board|agency|agencies|association|"
    r"contributors?|reporters?|writers?|report|afp|reuters|dpa|ap|ansa|efe|tass|xinhua|stiftung|blog|group|studio|services?|department|office)\b"
    r"|[\u4e00-\u9fff](?:网络?|網路?|报社?|報社?|日报|日報|晚报|社|台|公司|集团|集團|中心|编辑部|編輯部|政府|委员会|委員會|大学|大學|协会|協會)$",
    re.IGNORECASE,
)
_LINE_BY = re.compile(
    r"^\W{0,3}(?i:by|von|par|por|di|door|av|af|texte?|text by|written by|autor(?:in)?:|geschrieben von|escrito por|publié par)\s+((?:[^\W\d_a-zß-ÿ][\w.'’-]*|\b(?:de|van|von|der|la|le|al|bin|and|und|et|y|e)\b|&|,|\s){3,80}?)(?:\s*(?:[|•·–—(]|\d|,\s+[A-Z]{2,}|$).*)?$"
)
_DATED_BY = re.compile(r"^(?=.*\b(?:19|20)\d\d\b).{6,60}?\s(?i:by|von|par|por|door)\s+([^\W\d_][\w.'’ -]{2,40})$")
_BY_ALONE = re.compile(
    r"\W*(?:(?:written|posted|words|story)\s+by|by|author|autor(?:in)?|von|par|por)\W*", re.IGNORECASE
)
_SIGNED = re.compile(
    r"^\W{0,3}(?i:text|autor(?:in)?|author|words|texto|testo)\s?:\s*([^\W\d_][\w.'’ -]{3,40}?)(?:,\s.{3,80})?$"
)
_AUTHOR_PAGE = re.compile(
    r"/(?:authors?|autor(?:en|es|in)?|auteurs?|autori|contributors?)/([\w%.-]+?)/?(?:[?#].*)?$", re.IGNORECASE
)
_JOIN_FRONT = re.compile(r"\s*(?:and|und|et|y|e|og|och|&|,)(?:\s|$)", re.IGNORECASE)
_JOIN_END = re.compile(r"(?:\b(?:and|und|et|y|e|og|och)|&|,)\s*$", re.IGNORECASE)
_INITIALS = re.compile(r"[a-zäöü]{2,4}$")  # "det/dpa": an editor's mark beside the agency's
_MORE_BY = re.compile(
    r"^.{0,40}?\b(?:posts?|articles?|stories|beiträge|artikel|more|all|mehr|articoli|artículos)\s+(?:\w+\s+)?(?:by|von|from|par|de|di|por)\s+",
    re.IGNORECASE,
)
_CREDENTIAL = re.compile(
    r"(?:,?\s+|^)(?:Ph\.?\s?D|M\.?D|MBA|CFA|RDN?|LDN?|MS|MPH|MA|BSc|MSc|CPA|JD|Esq|RN|DDS|DVM|CFP|PharmD|LCSW|CSCS|B\.A|M\.A|M\.S)\b\.?"
)
_TRAILING_ROLE = re.compile(
    r"(?<=\w\w)\s+(?:the\s+)?associated press$|\s+(?:(?:senior|head|chief|staff|lead|guest|freelance|contributing|deputy|associate|managing|news|political|sports?|business|technology|science|national)\s+)*"
    r"(?:writer|editor|reporter|correspondent|author|contributor|journalist|columnist|producer|autor(?:in)?|redakteur(?:in)?)\b.*$",
    re.IGNORECASE,
)


def find_authors(
    head: Head,
    parser: LexborHTMLParser | None = None,
    *,
    lines: Sequence[str] = (),
    headline: str | None = None,
    site: str | None = None,
) -> tuple[tuple[str, ...], str | None]:
    """Names in the order of the byline, and where they came from.

    `lines` are the page's blocks around its headline and at its end. Order of trust on the pages measured: people in
    JSON-LD, in the publisher's meta, in the byline a reader sees; then organisations in the same order. "Staff" and
    "Admin" are nobody.
    """
    site_keys = {_key(name) for name in (site, *_publishers(head)) if name}
    offers: tuple[tuple[str, Callable[[], Iterable[tuple[str, ...]]]], ...] = (
        ("json-ld", lambda: (names_in(text, told=True) for text in _ld_names(head))),
        ("meta", lambda: (names_in(text, told=True) for text in _meta_names(head))),
        ("byline", lambda: [_marked(parser, headline)] if parser is not None else ()),
        ("text", lambda: [_spoken(lines) or han_names(lines)]),
    )
    spare: tuple[tuple[str, ...], str | None] = ((), None)
    for source, offer in offers:
        names, people = _people(offer(), site_keys)
        if people:
            return names, source
        spare = spare if spare[0] else (names, source)
    linked = _linked(parser) if parser is not None and not spare[0] else ()
    return (linked, "link") if linked else spare


def _people(strings: Iterable[tuple[str, ...]], site_keys: set[str]) -> tuple[tuple[str, ...], bool]:
    """All names of a byline and whether a person is among them.

    Within one string, an organisation behind a person is where they work ("Ann Lee, Daily Journal") and what follows an
    organisation is its address; the site itself is left out beside anybody else.
    """
    names: list[str] = []
    some = False
    for parts in strings:
        people = [n for n in parts if not _is_organisation(n, site_keys)]
        if people and people[0] == parts[0]:
            names += parts if _INITIALS.match(parts[0]) else people
            some = True
        else:
            names += parts[:1]
    kept = [n for n in names if _key(n) not in site_keys] or names
    return _unique(kept), some


def _publishers(head: Head) -> Iterator[str]:
    for value in (
        head.article.get("publisher"),
        *(node for node in head.of_type("Organization", "NewsMediaOrganization", "WebSite")),
    ):
        yield from _names_of(value, head, 1)


def _is_organisation(name: str, site_keys: set[str]) -> bool:
    key = _key(name)
    return key in site_keys or bool(_ORGANISATION.search(name)) or ("." in name.strip(".") and " " not in name)


def _ld_names(head: Head) -> list[str]:
    return list(_names_of(head.article.get("author"), head, 0)) or list(_names_of(head.article.get("creator"), head, 0))


def _names_of(value: Any, head: Head, depth: int) -> Iterator[str]:
    value = head.resolve(value)
    if isinstance(value, str):
        yield clean(value)
    elif isinstance(value, list) and depth < 3:
        for one in value[:20]:
            yield from _names_of(one, head, depth + 1)
    elif isinstance(value, dict) and depth < 3:
        yield from _names_of(value.get("name"), head, depth + 1)


def _meta_names(head: Head) -> Iterator[str]:
    for key in ("parsely-author", "sailthru.author", "cxenseparse:author", "citation_author", "author", "article:author_name",
                "article:author", "og:article:author", "byl", "dc.creator", "dcterms.creator", "dc.contributor", "authors", "lp.article:author"):  # fmt: skip
        found = [v for v in head.meta.get(key, []) if not v.startswith(("http:", "https:", "//", "www.", "/", "@"))]
        if any(names_in(v) for v in found):
            if key == "citation_author":
                found = [" ".join(reversed(v.split(", ", 1))) for v in found]
            yield from found
            return
    for n in ("1", "2"):
        label = (head.first(f"twitter:label{n}") or "").casefold()
        if re.search(
            r"writ|\bby\b|auth|autor|auteur|verf|geschr|escr|écrit|autore|skrev|opublik|작성|作者|著者|執筆|yazan|автор|kirjo",
            label,
        ):
            yield head.first(f"twitter:data{n}") or ""
            return


def _marked(parser: LexborHTMLParser, headline: str | None) -> tuple[str, ...]:
    """The best byline of the page body: by how it is marked and how near it stands to the headline."""
    chain = _headline_chain(parser, headline)
    best: tuple[str, ...] = ()
    best_score = 2.0
    chosen: tuple[LexborNode, str] | None = None
    for selector, weight in _BYLINE:
        if weight + 1.0 < best_score:
            break
        for rank, node in enumerate(parser.css(selector)[:15]):
            text = _short_text(node)
            if not 2 < len(text) <= 250:
                continue
            away, astray = _distance(node, chain)
            if astray and away > 1:
                continue
            score = (
                weight - 0.5 * away - 0.15 * rank + (1.0 if _BY.match(text) else 0.0) - (1.0 if len(text) > 60 else 0.0)
            )
            if score > best_score and (names := _first_names(text)):
                best, best_score, chosen = names, score, (node, selector)
    return _with_companions(best, *chosen, parser) if chosen else best


def _first_names(text: str) -> tuple[str, ...]:
    """The names of the first line that has any, with lines that go on from it ("and …")."""
    names: tuple[str, ...] = ()
    joined = False
    for line in text.split("\n"):
        found = names_in(line)
        if names and not (joined or _JOIN_FRONT.match(line)):
            break
        names += found
        joined = bool(names) and bool(_JOIN_END.search(line))
    return _unique(names)


def _with_companions(
    names: tuple[str, ...],
    node: LexborNode,
    selector: str,
    parser: LexborHTMLParser,  # noqa: ARG001 (keeps the tree alive)
) -> tuple[str, ...]:
    """Co-authors: elements marked in the same way, at most three levels apart."""
    around, block = node.parent, None
    for _ in range(3):
        if around is None or around.tag in ("body", "main", "article", "header", "section"):
            break
        block, around = around, around.parent
    if block is None or not selector.startswith(('[itemprop~="author"]', "a[rel", '[class*="author-name', "[href")):
        return names
    others = [n for other in block.css(selector)[:8] for n in _first_names(_short_text(other))]
    return _unique((*names, *others))


def _headline_chain(parser: LexborHTMLParser, headline: str | None) -> dict[int, int]:
    """The elements around the headline: memory address -> how many steps up."""
    node = next(
        (n for n in parser.css("h1, h2") if headline and same_name(n.text(), headline)), None
    ) or parser.css_first("h1")
    chain: dict[int, int] = {}
    while node is not None and len(chain) < 40:
        chain[node.mem_id] = len(chain)
        node = node.parent
    return chain


def _distance(node: LexborNode, chain: dict[int, int]) -> tuple[int, bool]:
    """Steps from the headline up to what holds both, and whether the node stands in comments, teasers or furniture."""
    around: LexborNode | None = node
    astray = False
    for _ in range(40):
        if around is None:
            break
        if around.mem_id in chain:
            return chain[around.mem_id], astray
        attributes = around.attributes
        astray = (
            astray
            or around.tag in ("footer", "nav", "aside")
            or bool(_ELSEWHERE.search(f"{attributes.get('class') or ''} {attributes.get('id') or ''}"))
        )
        around = around.parent
    return 8, astray


def _spoken(lines: Sequence[str]) -> tuple[str, ...]:
    """A byline in plain text: "By Ann Lee" on a line of its own."""
    for line in lines:
        if len(line) <= 120 and (found := _LINE_BY.match(line)) and (names := names_in(found.group(1))):
            return names
    for line, after in zip(lines, [*lines[1:], ""], strict=False):  # no lines, no pairs
        if len(line) > 120:
            continue
        if _BY_ALONE.fullmatch(line) and len(after) <= 40 and (names := names_in(after)):
            return names
        found = _DATED_BY.match(line) or _SIGNED.match(line)
        if found and (names := names_in(found.group(1))):
            return names
    return ()


def _linked(parser: LexborHTMLParser) -> tuple[str, ...]:
    """The first link to an author's page that says the author's name, as its address spells it."""
    for node in parser.css('a[href*="/aut" i], a[href*="/contributor" i]')[:30]:
        address = _AUTHOR_PAGE.search(node.attributes.get("href") or "")
        names = names_in(node.text(separator=" ").strip()) if address else ()
        if address and len(names) == 1 and _key(_plain(names[0])) == _key(address.group(1)):
            return names
    return ()


def _plain(name: str) -> str:
    """A name as an address spells it, without accents."""
    return "".join(c for c in unicodedata.normalize("NFKD", name) if not unicodedata.combining(c))


def _short_text(node: LexborNode) -> str:
    if node.tag == "meta":
        return str(node.attributes.get("content") or "")
    return (
        node.text(separator="\n", strip=True)[:400]
        if node.tag not in ("body", "main", "html", "article", "script", "style", "img")
        else ""
    )


def names_in(text: str, *, told: bool = False) -> tuple[str, ...]:
    """The names in a byline: "By Ann Lee and Bo Chen, Staff Writers" -> ("Ann Lee", "Bo Chen").

    `told`: the text is declared to be a name, so that "annette thurmon" is one.
    """
    if text.lstrip().startswith(","):  # a template without its name: ", The Daily Journal"
        return ()
    text = _CREDENTIAL.sub("", _MORE_BY.sub("", clean(text))).strip(" ,:;|-–—•·")
    if not text or text.startswith(("http", "www.", "@")) or len(text) > 300:
        return ()
    for _ in range(2):
        text = _HAN_BY.sub("", _BY.sub("", text, count=1), count=1)
    names = []
    for part in _SPLIT.split(text):
        name = _cut(_TRAILING_ROLE, _cut(_TRAILING_BY, _BY.sub("", part, count=1))).strip(" ,:;|-–—•·\"'“”*")
        name = name if _ABBREVIATED.search(name) else name.rstrip(".")
        if name and _is_name(name, told=told):
            names.append(name)
    return _unique(names)


def _cut(trailing: re.Pattern[str], name: str) -> str:
    """Without what trails a name, if a name of two words is left."""
    rest = trailing.sub("", name).strip()
    return rest if len(rest.split()) > 1 else name


def _is_name(name: str, *, told: bool) -> bool:
    words = name.split()
    if not 1 <= len(words) <= 6 or not 2 <= len(name) <= 60 or _key(name) in _NOBODY:
        return False
    if _DATE_LIKE.search(name) or any(c in name for c in "?!:<>{}=#%©"):
        return False
    if all(_ROLE.fullmatch(word) or word.casefold() in _PARTICLES for word in words) or (
        _ROLE.match(name) and not told
    ):
        return False
    if not any(c.isalpha() for c in name):
        return False
    lower = [w for w in words if w[0].islower() and w.casefold() not in _PARTICLES]
    return not lower or len(words) == 1 or (told and len(lower) == len(words) == 2)


def same_name(one: str, other: str) -> bool:
    """The same but for case, spacing and punctuation, or an ending such as ".com"."""
    a, b = _key(one), _key(other)
    return bool(a) and bool(b) and (a == b or a.removesuffix("com") == b.removesuffix("com"))


def _unique(names: Iterable[str]) -> tuple[str, ...]:
    kept: dict[str, str] = {}
    for name in names:
        kept.setdefault(_key(name), name)
    return tuple(kept.values())


def _key(name: str) -> str:
    return "".join(c for c in unicodedata.normalize("NFKC", name).casefold() if c.isalnum())
