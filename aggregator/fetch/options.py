"""What the owner may set about fetching, with defaults that suit a news reader."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import cache
from importlib import metadata

import aggregator

__all__ = ["FetchOptions", "user_agent"]

MIB = 2**20
HOME_PAGE = "https://github.com/aggregator-news/aggregator"  # where the package is not installed, only copied
_UNPRINTABLE = re.compile(r"[^\x20-\x7e]+")


@cache
def _home_page() -> str:
    """The project's page, from the metadata of the installed package."""
    try:
        links = metadata.metadata("aggregator").get_all("Project-URL") or []
    except metadata.PackageNotFoundError:
        return HOME_PAGE
    named = dict(link.split(", ", 1) for link in links if ", " in link)
    return str(named.get("Homepage", HOME_PAGE))


def user_agent(contact: str | None = None) -> str:
    """How we introduce ourselves: `aggregator/VERSION (+URL)`.

    `contact` is a page or an address where the owner of a server can complain; by default the project's page.
    """
    where = _UNPRINTABLE.sub("", contact or _home_page())
    return f"aggregator/{aggregator.__version__} (+{where})"


@dataclass(frozen=True, slots=True, kw_only=True)
class FetchOptions:
    """Limits and manners of the network door.

    `allow_networks` are CIDR blocks of private addresses that feeds and pages may be fetched from. Times are in
    seconds, sizes in bytes; a timeout is a total for one fetch, redirects included. `proxy` is an http(s) URL.
    `ca_file` is a PEM file with certificates to trust beside the usual ones.
    """

    allow_networks: tuple[str, ...] = ()
    user_agent: str = field(default_factory=user_agent)
    timeout_s: float = 20.0
    page_timeout_s: float = 30.0
    robots_timeout_s: float = 10.0
    max_bytes: int = 10 * MIB
    max_compressed_bytes: int = 10 * MIB
    max_header_bytes: int = 256 * 1024
    max_redirects: int = 5
    host_parallel: int = 2
    host_gap_s: float = 1.0
    feed_gap_s: float = 0.0
    proxy: str | None = field(default=None, repr=False)
    ca_file: str | None = None
