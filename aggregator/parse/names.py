"""Names of elements: which of the many namespaces of feeds means what.

RSS of every version and Atom share their names (`title`, `link`, `id` mean the same), so their namespaces all stand for the
empty prefix, as in feedparser; of the extensions only those are listed that say something about an entry.
"""

from __future__ import annotations

__all__ = ["canonical_name"]

# By the lower-case address of the namespace.
_PREFIXES = {
    "": "",
    "http://www.w3.org/2005/atom": "",
    "http://purl.org/atom/ns#": "",
    "http://purl.org/rss/1.0/": "",
    "http://my.netscape.com/rdf/simple/0.9/": "",
    "http://blogs.law.harvard.edu/tech/rss": "",
    "http://purl.org/rss/1.0/modules/rss091#": "",
    "http://purl.org/dc/elements/1.1/": "dc",
    "http://purl.org/dc/terms/": "dcterms",
    "http://purl.org/rss/1.0/modules/content/": "content",
    "http://search.yahoo.com/mrss/": "media",
    "http://search.yahoo.com/mrss": "media",
    "http://www.itunes.com/dtds/podcast-1.0.dtd": "itunes",
    "https://podcastindex.org/namespace/1.0": "podcast",
    "http://www.w3.org/1999/02/22-rdf-syntax-ns#": "rdf",
    "http://www.w3.org/1999/xhtml": "xhtml",
    "http://www.sitemaps.org/schemas/sitemap/0.9": "sitemap",
    "http://www.google.com/schemas/sitemap-news/0.9": "news",
    "http://www.google.com/schemas/sitemap-image/1.1": "image",
}
_USERLAND = "backend.userland.com/rss"


def canonical_name(namespace: str, prefix: str | None, local: str) -> str:
    """Return `title`, `dc:creator`, … in lower case for an element.

    An unknown namespace counts by the prefix that the document gives it; without a prefix it counts for nothing.
    """
    known = "" if _USERLAND in namespace.lower() else _PREFIXES.get(namespace.lower())
    if known is None:
        known = (prefix or "").lower()
    return f"{known}:{local.lower()}" if known else local.lower()
