"""One page to one Article: text and facts, each with where it came from."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from html import unescape
from typing import NamedTuple

from selectolax.lexbor import LexborHTMLParser

from aggregator.errors import ExtractError
from aggregator.extract.blocks import Page, guard_markup, heading_level, read_blocks
from aggregator.extract.classify import Judged, judge_blocks, may_ask
from aggregator.extract.credit import find_credit
from aggregator.extract.decode import decode_page, open_body
from aggregator.extract.facts import find_facts, told_titles
from aggregator.extract.features import Hints
from aggregator.extract.head import Head, read_head
from aggregator.extract.kept_text import as_lines, kept_facts, kept_lines, kept_title
from aggregator.extract.lines import Line, Verdict, filter_lines
from aggregator.extract.mark import mark_of
from aggregator.extract.quality import judge
from aggregator.extract.rules import SiteRule
from aggregator.extract.site_lines import PageLines, SiteLines, page_lines
from aggregator.extract.titles import clean, headline_keys
from aggregator.extract.walls import BOT_CHECK, CONSENT_WALL, find_wall
from aggregator.model import Article
from aggregator.text.html import clean_text, html_to_text
from aggregator.text.language import detect
from aggregator.text.revision import correction_note
from aggregator.text.urls import open_url

__all__ = ["Draft", "draft_kept_text", "draft_page", "extract_page", "finish", "page_hints"]

_HTML = re.compile(
    r"<(?:!doctype|html|head|body|p|div|article|table|title|meta|h1|span|section|main|br)\b", re.IGNORECASE
)
_FEED = re.compile(
    r"\s*(?:<\?xml[^>]{0,300}>\s*)?(?:<!--.{0,500}?-->\s*)?<(?:rss|feed|rdf:RDF|opml|urlset|sitemapindex)\b", re.DOTALL
)
_TAG = re.compile(r"<[^<>]{0,2000}>")
# JSON-LD's articleBody comes to help where the page's own text is shorter than this share of it. First, it makes things
# worse (truncated, no headings: -.006 F1); as a rescue it helps.
_RESCUE_SHARE = 0.5
_MIN_BODY = 300  # characters
_MIN_FEED = 200  # characters of feed text that may stand for a page's
_POOR = 0.35  # below this quality a longer text of the feed stands
_TRUNCATED = re.compile(r"(?:…|\.\.\.|\[…\]|\[\.\.\.\]|read more|continue reading|weiterlesen)\W*$", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """All that one page says, before the other pages of its site are asked.

    `facts` has no text yet; `verdicts` are the lines that may be its text; `page` is what the page teaches of its site;
    `others` (if it is to be explained) are the lines that were not taken for text.
    """

    facts: Article
    verdicts: tuple[Verdict, ...] = ()
    sure: float = 0.0
    body: str | None = None
    wall: str | None = None
    page: PageLines = field(default_factory=PageLines)
    opinion: str = "classifier"
    credit: tuple[str | None, str | None] = (None, None)
    others: tuple[Line, ...] = ()


def extract_page(
    body: bytes,
    *,
    url: str | None = None,
    charset: str | None = None,
    site_lines: SiteLines | None = None,
    feed_text: str | None = None,
    rules: SiteRule | None = None,
    explain: bool = False,
) -> Article:
    """The article on a page: its text without the page's furniture, and the facts about it.

    `body`: the bytes of the HTTP body, packed with gzip or not; `url`: the address it was served at (final, after
    redirects); `charset`: from the HTTP header; `site_lines`: what the site's pages have in common, as learnt so far;
    `feed_text`: plain text that the feed gave, which stands where the page gives less; `explain`: `quality_reasons` also
    names every line that was left out, and why. Pure and picklable; bounded on hostile pages. Cost: 10-20 ms a page, 35
    more where a second opinion is needed. Raises ExtractError for what is no page.
    """
    draft = draft_page(body, url=url, charset=charset, rules=rules, teach=False, explain=explain)
    return finish(draft, site_lines=site_lines, feed_text=feed_text, explain=explain)


def draft_page(
    body: bytes,
    *,
    url: str | None = None,
    charset: str | None = None,
    rules: SiteRule | None = None,
    teach: bool = True,
    explain: bool = False,
) -> Draft:
    """Everything about a page that can be said from it alone; with what it has to `teach` of its site, if wanted."""
    html = decode_page(open_body(body), charset)
    _refuse_other(html, url)
    guard_markup(html)
    parser = LexborHTMLParser(html)
    for selector in rules.remove if rules else ():
        for node in parser.css(selector):
            node.decompose()
    head = read_head(html)
    page = read_blocks(parser)
    facts = find_facts(head, parser, page, html=html if may_ask(page, html) else "", url=url, rules=rules)
    hints = page_hints(head, facts)
    ruled = _ruled_lines(parser, rules) if rules else []
    judged = (
        Judged(lines=tuple(ruled), sure=1.0, opinion="rule")
        if ruled
        else judge_blocks(page, hints, html=html, explain=explain)
    )
    verdicts = filter_lines(
        judged.lines, title=facts.title, authors=facts.authors, labels=(facts.site, facts.section),
        headlines=headline_keys(title for _, title in told_titles(head)),
    )  # fmt: skip
    return _drafted(facts, verdicts, judged, head=head, page=page, told=hints.body, html=html, teach=teach)


def page_hints(head: Head, facts: Article) -> Hints:
    """What a page says elsewhere about its article."""
    return Hints(
        title=facts.title,
        description=clean(head.first("og:description", "description", "twitter:description")) or None,
        body=_told_body(head),
        authors=facts.authors,
    )


def _drafted(
    facts: Article, verdicts: list[Verdict], judged: Judged, *, head: Head, page: Page, told: str | None, html: str,
    teach: bool,
) -> Draft:  # fmt: skip
    texts = [block.text for block in page.blocks]
    text = "\n\n".join(v.line.text for v in verdicts if v.reason is None)
    facts = replace(facts, correction=correction_note(texts))
    wall = find_wall(head, title=facts.title, text=text, page_text="\n".join(texts), html=html)
    if wall is None and facts.title is None and not text and not told:
        raise ExtractError(
            "There is neither a headline nor text on this page: it was not taken for an article.", url=facts.url or ""
        )
    facts = replace(
        facts,
        mark=mark_of(head, page, [v.line.text for v in verdicts if v.reason is None], correction=facts.correction),
    )
    return Draft(
        facts=facts, verdicts=tuple(verdicts), sure=judged.sure, body=told, wall=wall, page=page_lines(texts if teach else ()),
        opinion=judged.opinion, credit=find_credit(head, text=text, authors=facts.authors), others=judged.others,
    )  # fmt: skip


def draft_kept_text(body: bytes, *, url: str | None = None) -> Draft:
    """A page's text as another scraper kept it (a .txt file): headline, text and what facts its lines tell."""
    text = decode_page(open_body(body))
    lines = kept_lines(text)
    if not lines:
        raise ExtractError("The text is empty.", url=url or "")
    at = kept_title(lines)
    authors, published = kept_facts(lines, at)
    title = lines[at] if at is not None else None
    facts = Article(
        url=open_url(url) if url else None, title=title, authors=authors, published=published,
        sources={key: "text" for key, value in (("title", title), ("authors", authors), ("published", published)) if value},
    )  # fmt: skip
    verdicts = filter_lines(as_lines(lines, at), title=title, authors=authors)
    kept = "\n\n".join(v.line.text for v in verdicts if v.reason is None)
    return Draft(
        facts=facts, verdicts=tuple(verdicts), sure=0.8, page=page_lines(lines), opinion="text",
        credit=find_credit(Head(), text=kept, authors=authors),
    )  # fmt: skip


def finish(
    draft: Draft,
    *,
    site_lines: SiteLines | None = None,
    own: PageLines | None = None,
    feed_text: str | None = None,
    explain: bool = False,
) -> Article:
    """The article of a draft, with what its site taught. `own`: the draft's own lines if `site_lines` has counted them."""
    verdicts = [_recurs(v, site_lines, own) for v in draft.verdicts] if site_lines else list(draft.verdicts)
    chosen = _choose_text(draft, [v.line.text for v in verdicts if v.reason is None], (feed_text or "").strip())
    text = "\n\n".join(chosen.paragraphs) or None
    facts = draft.facts
    lang = detect(text, facts.lang) if text and len(text) > 100 else facts.lang
    credit, credit_from = draft.credit
    found = {
        "text": chosen.source if text else None, "lang": "text" if lang and lang != facts.lang else None, "credit": credit_from,
    }  # fmt: skip
    reasons = chosen.reasons
    if explain:
        reasons += tuple(f"left out ({v.reason}): {v.line.text[:120]}" for v in verdicts if v.reason)
        reasons += tuple(f"left out (no part of the article, {x.sure:.2f}): {x.text[:120]}" for x in draft.others)
    return replace(
        facts, text=text, lang=lang, quality=chosen.quality, quality_reasons=reasons, paywall=draft.wall, credit=credit,
        sources=dict(facts.sources) | {fact: source for fact, source in found.items() if source},
    )  # fmt: skip


class _Chosen(NamedTuple):
    paragraphs: list[str]
    source: str
    quality: float
    reasons: tuple[str, ...]


def _choose_text(draft: Draft, paragraphs: list[str], fed: str) -> _Chosen:
    """Which text stands: the page's, what JSON-LD tells of it, or the feed's."""
    source, told = draft.opinion, draft.body or ""
    if draft.wall in (BOT_CHECK, CONSENT_WALL):
        paragraphs = []
    elif len(told) >= _MIN_BODY and sum(map(len, paragraphs)) < _RESCUE_SHARE * len(told):
        paragraphs, source = _told_paragraphs(draft), "json-ld"
    quality, reasons = judge(paragraphs, sure=draft.sure, told_chars=len(told), wall=draft.wall)
    if not _feed_stands(fed, paragraphs, quality, draft.wall):
        return _Chosen(paragraphs, source, quality, reasons)
    paragraphs = [p.strip() for p in fed.split("\n\n") if p.strip()]
    quality, reasons = judge(paragraphs, wall=None)
    return _Chosen(paragraphs, "feed", quality, ("the feed's text stands: the page gives less", *reasons))


def _refuse_other(html: str, url: str | None) -> None:
    """Feeds, JSON and plain data are no pages."""
    start = html[:3_000]
    if _FEED.match(start):
        raise ExtractError("This is a feed or a site map, not an article page.", url=url or "")
    if not _HTML.search(html[:200_000]):
        raise ExtractError("These bytes hold no HTML: this is not an article page.", url=url or "")


def _told_body(head: Head) -> str | None:
    """JSON-LD's articleBody as plain text: the article's own, else the longest."""
    own = head.article.get("articleBody")
    bodies = (
        [own]
        if isinstance(own, str) and own.strip()
        else [b for n in head.nodes if isinstance(b := n.get("articleBody"), str)]
    )
    body = max(bodies, key=len, default="").strip()
    if not body:
        return None
    if "&lt;" in body or "&amp;" in body:
        body = unescape(body)
    return html_to_text(body) if _TAG.search(body) else clean_text(unescape(body))


def _told_paragraphs(draft: Draft) -> list[str]:
    lines = [Line(text=line) for raw in (draft.body or "").split("\n") if (line := " ".join(raw.split()))]
    verdicts = filter_lines(lines, title=draft.facts.title, authors=draft.facts.authors)
    return [v.line.text for v in verdicts if v.reason is None]


def _ruled_lines(parser: LexborHTMLParser, rules: SiteRule) -> list[Line]:
    """What a site rule says is the text: all blocks in the elements that it names."""
    lines = []
    for selector in rules.text:
        for node in parser.css(selector):
            inner = read_blocks(LexborHTMLParser(node.html or ""))
            lines += [
                Line(text=b.text, heading=heading_level(inner.elements[b.element].tag), sure=1.0) for b in inner.blocks
            ]
    return lines


def _recurs(verdict: Verdict, site_lines: SiteLines, own: PageLines | None) -> Verdict:
    if verdict.reason is None and site_lines.recurs(verdict.line.text, own=own.lines if own else frozenset()):
        return replace(verdict, reason="stands on other pages of the site")
    return verdict


def _feed_stands(fed: str, paragraphs: list[str], score: float, wall: str | None) -> bool:
    """Does the feed tell more than the page? Never a teaser against a sound text."""
    if len(fed) < _MIN_FEED:
        return bool(fed) and not paragraphs
    length = sum(map(len, paragraphs))
    if not paragraphs or (length < len(fed) and (score < _POOR or wall is not None)):
        return True
    return length < _RESCUE_SHARE * len(fed) and not _TRUNCATED.search(fed)
