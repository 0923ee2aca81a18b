"""Feed bytes to values: RSS of any version, Atom, JSON Feed.

`lxml` reads what is well-formed, feedparser what is not; nothing outside this room sees either.
"""

from aggregator.parse.feed import parse_feed, parse_well_formed
from aggregator.parse.lines import parse_line

__all__ = ["parse_feed", "parse_line", "parse_well_formed"]
