"""Page bytes to an Article: the text a person came for, and the facts about it."""

from importlib import import_module
from typing import TYPE_CHECKING, Any

from aggregator.extract.rules import SiteRule, read_rule, rule_for
from aggregator.extract.site_lines import PageLines, SiteLines, drop_recurring, learn, near_identical, page_lines

if TYPE_CHECKING:
    from aggregator.extract.batch import extract_lines
    from aggregator.extract.page import extract_page

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

# The readers of pages hold numpy and tables of words: whoever only keeps a site's lines need not carry them.
_HEAVY = {"extract_lines": "batch", "extract_page": "page"}


def __getattr__(name: str) -> Any:
    if name in _HEAVY:
        return getattr(import_module(f"aggregator.extract.{_HEAVY[name]}"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
