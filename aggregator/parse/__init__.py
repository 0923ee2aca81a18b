"""Feed bytes to values: RSS of any version, Atom, JSON Feed, news sitemaps; and which feeds a page offers.

`lxml` reads what is well-formed, feedparser what is not; nothing outside this room sees either.
"""

from aggregator.parse.chapters import read_chapters
from aggregator.parse.discover import FeedLink, find_feeds, known_feeds, places_to_try
from aggregator.parse.feed import parse_feed, parse_well_formed
from aggregator.parse.letters import read_letter
from aggregator.parse.lines import parse_line
from aggregator.parse.page import parse_page

__all__ = [
    "FeedLink",
    "find_feeds",
    "known_feeds",
    "parse_feed",
    "parse_line",
    "parse_page",
    "parse_well_formed",
    "places_to_try",
    "read_chapters",
    "read_letter",
]
