"""Page bytes to an Article: the text a person came for, and the facts about it."""

from aggregator.extract.batch import extract_lines
from aggregator.extract.page import extract_page
from aggregator.extract.rules import SiteRule, read_rule, rule_for
from aggregator.extract.site_lines import PageLines, SiteLines, drop_recurring, learn, near_identical, page_lines

__all__ = [
    "PageLines",
    "SiteLines",
    "SiteRule",
    "drop_recurring",
    "extract_lines",
    "extract_page",
    "learn",
    "near_identical",
    "page_lines",
    "read_rule",
    "rule_for",
]
