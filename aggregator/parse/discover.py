"""Which feeds a site has: what its page links to, what is known of large sites, and where feeds usually are."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import parse_qs, urlsplit

from aggregator.text.encoding import to_utf8
from aggregator.text.html import one_line
from aggregator.text.urls import canonical_url, resolve_url, web_url

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from selectolax.lexbor import LexborHTMLParser

__all__ = ["FeedLink", "find_feeds", "known_feeds", "places_to_try"]

_FEED_TYPES = frozenset({
    "application/rss+xml", "application/atom+xml", "application/rdf+xml", "application/feed+json",
    "application/x.atom+xml", "application/x-atom+xml", "application/xml", "text/xml", "text/rss+xml",
})  # fmt: skip
_PLACES = (
    "feed", "feed/", "rss", "rss.xml", "feed.xml", "atom.xml", "index.xml", "rss/", "feeds/posts/default", "feed.json",
    "feed/rss", "news/rss", "blog/feed", "index.rdf", "?feed=rss2",
    "news-sitemap.xml", "sitemap-news.xml",
)  # fmt: skip
_MAX_ANCHORS = 20
_MAX_HREF_CHARS = 2000
_MAX_PAGE_BYTES = 4 * 2**20
_LOOKS_LIKE_FEED = re.compile(
    r"(?:\.(?:rss|atom|rdf)|/(?:rss|atom|feed|feeds|feed\.json|(?:rss|feed|atom|index)\.xml))/?(?:\?[^#]*)?$|[?&]feed=(?:rss|atom)",
    re.IGNORECASE,
)
_NAMES_FEED = re.compile(r"^\W*(?:rss|atom|web|news)?[\s-]*(?:rss|atom|feed|newsfeed)s?\W*$", re.IGNORECASE)
_COMMENTS = re.compile(r"comment|kommentar|reacties|respuestas", re.IGNORECASE)
_CHANNEL = re.compile(r'"(?:channelId|externalId|browseId)":"(UC[\w-]{22})"')
_WORDPRESS = re.compile(r"/wp-(?:content|includes|json)/", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedLink:
    """A feed that a site may have. `found` says how we know: link, anchor, or pattern (of a site we know)."""

    url: str
    title: str | None = None
    found: str = "link"


def find_feeds(page: bytes, url: str) -> tuple[FeedLink, ...]:
    """Return the feeds that the HTML page at `url` offers, the likeliest first, each once; empty if it names none."""
    from selectolax.lexbor import LexborHTMLParser  # noqa: PLC0415 - a poll reads no pages and need not load it

    text = to_utf8(page[:_MAX_PAGE_BYTES]).decode("utf-8")
    tree = LexborHTMLParser(text)
    base_tag = tree.css_first("base[href]")
    base = resolve_url(url, (base_tag.attributes.get("href") or "") if base_tag else "") or url
    found = [*_linked(tree, base), *known_feeds(url), *_in_page(text, url), *_anchored(tree, base)]
    unique: dict[str, FeedLink] = {}
    for link in sorted(found, key=lambda link: bool(_COMMENTS.search(f"{link.url} {link.title or ''}"))):
        unique.setdefault(canonical_url(link.url), link)
    return tuple(unique.values())


def known_feeds(url: str) -> tuple[FeedLink, ...]:
    """Return the feeds that the address alone tells of, on sites whose addresses are known; empty elsewhere."""
    parts = urlsplit(web_url(url) or "")
    host = (parts.hostname or "").removeprefix("www.").removeprefix("m.").removeprefix("old.")
    names = [name for name in parts.path.split("/") if name]
    rule = next((rule for site, rule in _SITES.items() if host == site or host.endswith("." + site)), None)
    origin = f"{parts.scheme}://{parts.netloc}"
    return tuple(FeedLink(url=u, found="pattern") for u in rule(origin, names, parts.query)) if rule else ()


def places_to_try(url: str) -> tuple[str, ...]:
    """Return where sites keep feeds that they do not name: below the address itself, then at the root of its host."""
    parts = urlsplit(web_url(url) or "")
    if not parts.netloc:
        return ()
    root = f"{parts.scheme}://{parts.netloc}/"
    folder = root + parts.path.strip("/") + "/"
    bases = (root,) if folder == root + "/" else (folder, root)
    return tuple(dict.fromkeys(base + place for base in bases for place in (_PLACES if base == root else _PLACES[:4])))


def _linked(tree: LexborHTMLParser, base: str) -> Iterator[FeedLink]:
    for node in tree.css("link[href], a[rel][type][href]"):
        given = {name: value or "" for name, value in node.attributes.items()}
        rel, kind = given.get("rel", "").lower().split(), given.get("type", "").split(";")[0].strip().lower()
        is_feed = kind in _FEED_TYPES or (kind == "application/json" and "feed" in given["href"].lower())
        if ("alternate" in rel and is_feed) or ("feed" in rel and (is_feed or not kind)):
            yield from _link(base, given["href"], given.get("title"), "link")


def _anchored(tree: LexborHTMLParser, base: str) -> Iterator[FeedLink]:
    count = 0
    for node in tree.css("a[href]"):
        href, text = (node.attributes.get("href") or "")[:_MAX_HREF_CHARS], one_line(node.text()[:200])
        if not (_LOOKS_LIKE_FEED.search(href) or (href and _NAMES_FEED.match(text))):
            continue
        yield from _link(base, href, text, "anchor")
        count += 1
        if count == _MAX_ANCHORS:
            return


def _in_page(text: str, url: str) -> Iterator[FeedLink]:
    """Read what only the page of a known kind of site tells: the channel of a YouTube handle, a WordPress, a Mastodon."""
    parts = urlsplit(url)
    if (parts.hostname or "").endswith("youtube.com") and (channel := _CHANNEL.search(text)):
        yield FeedLink(url=_youtube(f"channel_id={channel[1]}"), found="pattern")
    if _WORDPRESS.search(text):
        address = f"{parts.scheme}://{parts.netloc}/{parts.path.strip('/')}".rstrip("/")
        yield from _link(url, f"{address}/feed/", None, "pattern")
    if re.fullmatch(r"/@[\w.-]+/?", parts.path) and "application/activity+json" in text:
        yield from _link(url, parts.path.rstrip("/") + ".rss", None, "pattern")


def _link(base: str, href: str, title: str | None, found: str) -> Iterator[FeedLink]:
    address = web_url(resolve_url(base, re.sub(r"^feed:(?://)?(?=https?:)", "", href.strip())))
    if address:
        yield FeedLink(url=address, title=one_line(title or "") or None, found=found)


def _youtube(query: str) -> str:
    return f"https://www.youtube.com/feeds/videos.xml?{query}"


def _youtube_rule(_origin: str, names: list[str], query: str) -> list[str]:
    asked = parse_qs(query)
    if "list" in asked:
        return [_youtube(f"playlist_id={asked['list'][0]}")]
    match names:
        case ["channel", channel, *_]:
            return [_youtube(f"channel_id={channel}")]
        case ["user", user, *_]:
            return [_youtube(f"user={user}")]
        case _:
            return []


def _reddit_rule(_origin: str, names: list[str], _query: str) -> list[str]:
    match names:
        case [("r" | "u" | "user") as kind, name, *_]:
            return [f"https://www.reddit.com/{'user' if kind == 'u' else kind}/{name}/.rss"]
        case []:
            return ["https://www.reddit.com/.rss"]
        case _:
            return []


def _github_rule(_origin: str, names: list[str], _query: str) -> list[str]:
    match names:
        case [owner]:
            return [f"https://github.com/{owner}.atom"]
        case [owner, repository, *_]:
            return [f"https://github.com/{owner}/{repository}/{what}.atom" for what in ("releases", "tags", "commits")]
        case _:
            return []


def _medium_rule(origin: str, names: list[str], _query: str) -> list[str]:
    if not origin.endswith(("//medium.com", "//www.medium.com")):
        return [f"{origin}/feed"]
    return [f"https://medium.com/feed/{names[0]}"] if names else []


def _bluesky_rule(_origin: str, names: list[str], _query: str) -> list[str]:
    match names:
        case ["profile", name, *_]:
            return [f"https://bsky.app/profile/{name}/rss"]
        case _:
            return []


def _tumblr_rule(origin: str, names: list[str], _query: str) -> list[str]:
    if not origin.endswith(("//tumblr.com", "//www.tumblr.com")):
        return [f"{origin}/rss"]
    return [f"https://{names[0]}.tumblr.com/rss"] if names else []


_SITES: dict[str, Callable[[str, list[str], str], list[str]]] = {
    "youtube.com": _youtube_rule,
    "reddit.com": _reddit_rule,
    "github.com": _github_rule,
    "medium.com": _medium_rule,
    "bsky.app": _bluesky_rule,
    "substack.com": lambda origin, _names, _query: [f"{origin}/feed"],
    "wordpress.com": lambda origin, names, _query: ["/".join([origin, *names, "feed/"])],
    "blogspot.com": lambda origin, _names, _query: [f"{origin}/feeds/posts/default"],
    "tumblr.com": _tumblr_rule,
}
