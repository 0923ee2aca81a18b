"""Words of other readers' query languages: those that mean the same here, and what to write instead of the others.

FreshRSS: https://freshrss.github.io/FreshRSS/en/users/10_filter.html
"""

from __future__ import annotations

__all__ = ["ALIASES", "EQUIVALENTS"]

ALIASES = {
    "intitle": "title",
    "intext": "text",
    "inurl": "url",
    "pubdate": "date",
    "label": "tag",
    "published": "date",
    "language": "lang",
    "from": "outlet",
    "source": "outlet",
}
EQUIVALENTS = {
    "f": "Feeds are named, not numbered: feed:NAME; see: aggregator feeds list.",
    "c": "Folders are named, not numbered: folder:NAME.",
    "category": "Feeds are kept in folders: folder:NAME.",
    "e": "A story is opened by its number: aggregator story NUMBER.",
    "L": "Labels are called tags, and are named: tag:NAME, or is:tagged for any.",
    "S": "Saved searches are topics: aggregator topics show NAME.",
    "search": "Saved searches are topics: aggregator topics show NAME.",
    "userdate": "When you marked a story is not searched; is:read and is:starred are.",
    "mdate": "When a story was changed is not searched; date: and seen: are.",
    "guid": "An entry's own name is not searched; url: is.",
    "star": "Write is:starred, or -is:starred.",
    "unread": "Write is:unread, or is:read.",
    "sort": "Give the order outside of the query: --sort relevance.",
    "limit": "Give the number outside of the query: --limit 20.",
}
