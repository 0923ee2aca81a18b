"""Subscriptions as a use case: lists in and out, one feed more or less."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from importlib import resources
from pathlib import Path
from typing import Literal
from urllib.parse import unquote

from aggregator.app.clock import Clock
from aggregator.app.resources import Resources
from aggregator.errors import AggregatorError
from aggregator.fetch import Fetched, FetchFailed, FetchRequest, mask
from aggregator.model import Access, Feed, FeedSpec, PageSelectors, ParsedFeed
from aggregator.model.feed import OPEN
from aggregator.opml import read_opml, write_opml
from aggregator.parse import FeedLink, find_feeds, known_feeds, parse_feed, parse_page, places_to_try
from aggregator.plan import after_change
from aggregator.store import Store
from aggregator.text.folders import split_folder
from aggregator.text.html import one_line
from aggregator.text.urls import open_url, web_url, without_feed_scheme

__all__ = ["Imported", "Subscriptions", "folder_path", "split_login", "starter_set"]


MOST_SHOWN = 80  # characters of an address that nobody can ask: `data:` holds whole files


@dataclass(frozen=True, slots=True, kw_only=True)
class Imported:
    """What an import did. `left_out` have addresses that nobody can ask, such as `javascript:…`."""

    added: tuple[FeedSpec, ...]
    known: tuple[FeedSpec, ...]
    left_out: tuple[FeedSpec, ...] = ()

    def said_of_left_out(self) -> list[str]:
        """A line for each of them."""
        return [
            f"Left out: {one_line(spec.title or 'an outline')} has an address that cannot be polled:"
            f" {one_line(mask(spec.url))[:MOST_SHOWN]}"
            for spec in self.left_out
        ]


def folder_path(text: str) -> tuple[str, ...]:
    """The folders that a person types as `News/World`; a slash within a name has a backslash before it."""
    return tuple(name for name in split_folder(text) if name)


def starter_set() -> bytes:
    """The OPML file that comes with the program: package data when installed, else the top of the source tree."""
    packaged = resources.files("aggregator") / "data" / "feeds.opml"
    if packaged.is_file():
        return packaged.read_bytes()
    return (Path(__file__).parents[2] / "feeds.opml").read_bytes()


@dataclass(frozen=True, slots=True)
class Subscriptions:
    """What the reader is subscribed to."""

    store: Store
    clock: Clock
    resources: Resources

    def import_opml(self, data: bytes, *, here: bool = False) -> Imported:
        """Subscribe to every feed of an OPML file, or to none; outlines without an address to ask are left out and named.

        `here` as for `add`.

        Raises:
            OPMLError: the file cannot be read; nothing was imported.
            AggregatorError: it has an address that only a person at this machine may add.

        """
        listed = read_opml(data)
        outlines = [replace(spec, url=without_feed_scheme(spec.url)) for spec in listed.feeds]
        feeds: list[FeedSpec] = []
        left_out: list[FeedSpec] = []
        for spec in outlines:
            (feeds if web_url(spec.url) or self._is_local(spec.url) else left_out).append(spec)
        with self.store.write():
            done = self.add(feeds, here=here)
            self.store.folders.describe(listed.folders)
        return replace(done, left_out=tuple(left_out))

    def export_opml(self) -> bytes:
        """All subscriptions as OPML."""
        specs = [
            FeedSpec(
                url=f.url,
                title=f.title,
                site_url=f.site_url,
                folder=f.folder,
                attributes=f.attributes,
                selectors=f.selectors,
            )
            for f in self.store.feeds.all()
        ]
        return write_opml(
            specs,
            title="aggregator subscriptions",
            created_at=self.clock(),
            folders=self.store.folders.described(),
        )

    def add(self, specs: Sequence[FeedSpec], *, here: bool = False) -> Imported:
        """Subscribe to these feeds. `here` says that a person at this machine asks: others may not have its mail read to them.

        Raises:
            AggregatorError: one is not of the web, and was not asked for here.

        """
        local = next((spec.url for spec in specs if self._is_local(spec.url)), None)
        if local and not here:
            raise AggregatorError(
                f"{local} is not an address of the web; at the machine itself: aggregator feeds add {local}"
            )
        added, known = self.store.feeds.add(specs, now=self.clock())
        return Imported(added=tuple(added), known=tuple(known))

    def add_one(
        self, link: FeedLink, *, folder: tuple[str, ...] = (), title: str | None = None, access: Access = OPEN
    ) -> Imported:
        """Subscribe to a feed that `find` found, to be asked as it was found."""
        return self.add([FeedSpec(url=link.url, title=title, folder=folder, access=access)])

    def add_local(self, address: str, *, folder: tuple[str, ...] = (), title: str | None = None) -> Imported | None:
        """Subscribe to what is not of the web, as a person at this machine asks; None if no source reads such an address.

        Raises:
            AggregatorError: it cannot be read now.

        """
        if not self._is_local(address):
            return None
        self.resources.sources[_scheme(address)](address)
        return self.add([FeedSpec(url=address, title=title, folder=folder)], here=True)

    def _is_local(self, address: str) -> bool:
        return _scheme(address) in self.resources.sources

    def add_page(
        self,
        address: str,
        selectors: PageSelectors,
        *,
        folder: tuple[str, ...] = (),
        title: str | None = None,
        access: Access = OPEN,
    ) -> tuple[Imported, ParsedFeed]:
        """Subscribe to a page that is read as a feed; also returns what it reads as now.

        Raises:
            AggregatorError: it cannot be fetched, or nothing on it matches.

        """
        answer = self._ask(_address(address), access, kind="page")
        if isinstance(answer, FetchFailed):
            raise answer.error
        read = self.resources.parsers.submit(
            parse_page,
            answer.body,
            url=answer.final_url,
            selectors=selectors,
            content_type=answer.headers.get("content-type"),
        ).result()
        spec = FeedSpec(url=answer.url, title=title, folder=folder, selectors=selectors, access=access)
        return self.add([spec]), read

    def change(
        self,
        url: str,
        *,
        every_s: float | None = None,
        access: Access | None = None,
        selectors: PageSelectors | None = None,
    ) -> Feed:
        """Set how a feed is asked; what is None stays. `every_s` 0 goes back to the feed's own rhythm.

        Raises:
            FeedNotFound: there is no such subscription.

        """
        feed = self.store.feeds.get(url)
        with self.store.write():
            if access is not None or selectors is not None:
                self.store.feeds.set_reading(
                    feed.id,
                    access=feed.access if access is None else access,
                    selectors=selectors or feed.selectors,
                )
            if every_s is not None:
                upcoming = after_change(replace(feed, override_interval_s=every_s or None), self.clock())
                self.store.feeds.set_interval(
                    feed.id, every_s or None, next_poll_at=upcoming.at, reason=upcoming.reason
                )
        return self.store.feeds.get(url)

    def find(self, address: str, access: Access = OPEN) -> tuple[FeedLink, ...]:
        """The feeds at an address: itself, if it is one, else those that the site there offers.

        Raises:
            FetchError: the address cannot be asked; a private one names the setting that allows it.
            AggregatorError: there is no feed.

        """
        url = _address(address)
        answer = self._ask(url, access)
        if isinstance(answer, FetchFailed):
            if known := known_feeds(url):
                return known
            raise answer.error
        if (link := self._as_feed(answer)) is not None:
            return (link,)
        found = known_feeds(url) or find_feeds(answer.body, answer.final_url) or self._tried(answer.final_url, access)
        if not found:
            raise AggregatorError(f"No feed was found at {url}; look for the address of one on the site.")
        return found

    def _ask(self, url: str, access: Access, *, kind: Literal["feed", "page"] = "feed") -> Fetched | FetchFailed:
        answer = self.resources.client.fetch(
            FetchRequest(url=url, kind=kind, headers=access.headers, auth=access.auth, proxy=access.proxy)
        )
        if isinstance(answer, Fetched | FetchFailed):
            return answer
        raise AssertionError(answer)

    def _as_feed(self, answer: Fetched) -> FeedLink | None:
        kind = answer.headers.get("content-type")
        try:
            parsed = self.resources.parsers.submit(
                parse_feed, answer.body, url=answer.final_url, content_type=kind
            ).result()
        except AggregatorError:
            return None  # not a feed: the page may still name one
        return FeedLink(url=answer.permanent_url or answer.url, title=parsed.title)

    def _tried(self, url: str, access: Access) -> tuple[FeedLink, ...]:
        """The first of the usual places that holds a feed."""
        for place in places_to_try(url):
            answer = self._ask(place, access)
            if isinstance(answer, Fetched) and (link := self._as_feed(answer)) is not None:
                return (link,)
        return ()

    def get(self, url: str) -> Feed:
        """One subscription.

        Raises:
            FeedNotFound: there is none at this address.

        """
        return self.store.feeds.get(url)

    def all(self) -> tuple[Feed, ...]:
        """All subscriptions, by folder and title."""
        return self.store.feeds.all()

    def rename(self, feed_id: int, title: str | None) -> None:
        """Give a feed the reader's own name for it, or its own again."""
        self.store.feeds.rename(feed_id, " ".join((title or "").split()) or None)

    def put(self, feed_id: int, folder: str) -> None:
        """Move a feed to a folder, named by its path as `folders` has it; the empty path is no folder."""
        self.store.feeds.put(feed_id, split_folder(folder))

    def remove(self, url: str, *, with_stories: bool = False) -> Feed:
        """End a subscription; its stories stay, unless they are to go as well: then they never come back."""
        return self.store.feeds.remove(url, now=self.clock(), with_stories=with_stories)

    def is_removed(self, url: str) -> bool:
        """Whether this feed was subscribed to once and is no longer, so that it can be restored."""
        return self.store.feeds.is_removed(url)

    def restore(self, url: str) -> Feed:
        """Undo a removal."""
        return self.store.feeds.restore(url)


def split_login(address: str, access: Access) -> tuple[str, Access]:
    """An address without the login that stands in it, which goes with what the feed is asked with."""
    scheme, separator, rest = address.partition("://")
    authority, slash, path = rest.partition("/")
    login, at, host = authority.rpartition("@")
    if not at:
        return address, access
    user, _, password = login.partition(":")
    return f"{scheme}{separator}{host}{slash}{path}", replace(access, auth=(unquote(user), unquote(password)))


def _scheme(address: str) -> str:
    return address.partition(":")[0].lower()


def _address(address: str) -> str:
    plain = without_feed_scheme(address)
    url = open_url(plain if "://" in plain else f"https://{plain}")
    if url is None:
        raise AggregatorError(f"{address} is no web address; write it as https://example.org/feed.xml.")
    return url
