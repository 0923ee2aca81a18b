"""The byline that a page's markup shows its readers: how it is marked, and how near it stands to the headline."""

from __future__ import annotations

import re
import unicodedata

from selectolax.lexbor import LexborHTMLParser, LexborNode

from aggregator.extract.names import BY, each_name, name_key, names_in, same_name

__all__ = ["linked_author", "marked_authors"]

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
_AUTHOR_PAGE = re.compile(
    r"/(?:authors?|autor(?:en|es|in)?|auteurs?|autori|contributors?)/([\w%.-]+?)/?(?:[?#].*)?$", re.IGNORECASE
)
_JOIN_FRONT = re.compile(r"\s*(?:and|und|et|y|e|og|och|&|,)(?:\s|$)", re.IGNORECASE)
_JOIN_END = re.compile(r"(?:\b(?:and|und|et|y|e|og|och)|&|,)\s*$", re.IGNORECASE)


def marked_authors(parser: LexborHTMLParser, headline: str | None) -> tuple[str, ...]:
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
                weight - 0.5 * away - 0.15 * rank + (1.0 if BY.match(text) else 0.0) - (1.0 if len(text) > 60 else 0.0)
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
    return each_name(names)


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
    return each_name((*names, *others))


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


def linked_author(parser: LexborHTMLParser) -> tuple[str, ...]:
    """The first link to an author's page that says the author's name, as its address spells it."""
    for node in parser.css('a[href*="/aut" i], a[href*="/contributor" i]')[:30]:
        address = _AUTHOR_PAGE.search(node.attributes.get("href") or "")
        names = names_in(node.text(separator=" ").strip()) if address else ()
        if address and len(names) == 1 and name_key(_plain(names[0])) == name_key(address.group(1)):
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
