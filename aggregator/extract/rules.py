"""Rules for one site, as data: CSS selectors that say where its text, title, author and date are.

A rule is a small TOML text::

    hosts = ["example.com"]          # and their subdomains
    text = ["div.story"]             # only what these contain is text
    remove = [".newsletter", "aside"]
    title = "h1.headline"
    author = ".byline a"
    date = "time.published"
    [headers]                        # sent when the page is fetched
    Accept-Language = "en"
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from selectolax.lexbor import LexborHTMLParser

from aggregator.errors import ConfigError

__all__ = ["SiteRule", "read_rule", "rule_for"]

_LISTS = ("hosts", "text", "remove")
_ONES = ("title", "author", "date")


@dataclass(frozen=True, slots=True, kw_only=True)
class SiteRule:
    """Where the article stands on the pages of some hosts. Empty or None: found as on any page."""

    hosts: tuple[str, ...] = ()
    text: tuple[str, ...] = ()
    remove: tuple[str, ...] = ()
    title: str | None = None
    author: str | None = None
    date: str | None = None
    headers: tuple[tuple[str, str], ...] = ()


def read_rule(text: str) -> SiteRule:
    """A rule from its TOML text. Raises ConfigError naming the key that is wrong."""
    try:
        table = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(f"The site rule is not TOML: {error}") from error
    unknown = sorted(table.keys() - {*_LISTS, *_ONES, "headers"})
    if unknown:
        raise ConfigError(
            f"The site rule has an unknown key {unknown[0]!r}; known are {', '.join((*_LISTS, *_ONES, 'headers'))}."
        )
    lists = {key: _strings(key, table.get(key, [])) for key in _LISTS}
    ones = {key: _one(key, table.get(key)) for key in _ONES}
    headers = table.get("headers", {})
    if not isinstance(headers, dict) or not all(isinstance(v, str) for v in headers.values()):
        raise ConfigError("headers in a site rule is a table of names and strings.")
    for selector in (*lists["text"], *lists["remove"], *(v for v in ones.values() if v)):
        _check_selector(selector)
    return SiteRule(
        hosts=lists["hosts"],
        text=lists["text"],
        remove=lists["remove"],
        title=ones["title"],
        author=ones["author"],
        date=ones["date"],
        headers=tuple(headers.items()),
    )


def rule_for(host: str, rules: Iterable[SiteRule]) -> SiteRule | None:
    """The first rule for a host (`www.` aside) or a domain above it."""
    name = host.lower().removeprefix("www.")
    return next((rule for rule in rules if any(name == h or name.endswith("." + h) for h in rule.hosts)), None)


def _strings(key: str, value: Any) -> tuple[str, ...]:
    values = [value] if isinstance(value, str) else value
    if not isinstance(values, list) or not all(isinstance(v, str) and v.strip() for v in values):
        raise ConfigError(f"{key} in a site rule is a string or a list of strings.")
    return tuple(values)


def _one(key: str, value: Any) -> str | None:
    if value is not None and not (isinstance(value, str) and value.strip()):
        raise ConfigError(f"{key} in a site rule is one CSS selector.")
    return value


def _check_selector(selector: str) -> None:
    try:
        LexborHTMLParser("<p></p>").css_first(selector)
    except Exception as error:  # selectolax raises its own, undocumented kinds
        raise ConfigError(f"{selector!r} in a site rule is not a CSS selector.") from error
