"""Every address at which a browser may look, for tests that mean every page: a new one has to be named here."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from urllib.parse import quote

from aggregator.app.app import App
from aggregator.web import create_app
from aggregator.web.pages import PAGES

NOT_HTML = frozenset({"feeds.export", "front.robots", "images.image", "operations.healthz", "operations.metrics", "outgoing.feed", "recordings.recording",
                      "websub.confirm"})  # fmt: skip
OTHER_DOORS = frozenset({"operations", "outgoing", "websub"})  # not pages, yet a browser may open them

Paths = Mapping[str, tuple[str, ...]]


def page_paths(app: App, *, most: int = 1000) -> Paths:
    """Addresses by endpoint: of each story, event, feed and so on that is stored, but not of more than `most`."""
    stories = [s.id for s in app.reading.stories()][:most]
    events = [e.id for e in app.store.events.each(limit=most)]
    feeds = app.feeds.all()[:most]
    folders = {"/".join(quote(name, safe="") for name in f.folder) for f in feeds if f.folder}
    topics = [quote(t.name) for t in app.topics.all(reader_id=1)]
    outlets = app.store.connections.rows("SELECT id FROM outlets LIMIT ?", (most,))
    recipients = app.store.connections.rows("SELECT token FROM recipients")
    sounds = [app.recordings.name(e) for i in stories for e in app.recordings.of(i, reader_id=1)]
    images = [name for i in stories if (name := app.images.name(app.reading.story(i)))]
    found: dict[str, list[str]] = {
        "account.login": ["/login", "/login?next=/feeds"],
        "account.settings": ["/settings", "/settings?changed=1"],
        "digests.archive": ["/digests"],
        "digests.edition": [f"/digests/{row['id']}{form}" for row in app.digests.archive() for form in ("", "?format=markdown")],
        "events.event": [f"/events/{i}" for i in events] + [f"/events/{i}?from=1" for i in events[:1]],
        "feeds.all_feeds": ["/feeds", *(f"/feeds?removed={quote(f.url, safe='')}" for f in feeds[:1])],
        "feeds.export": ["/feeds.opml"],
        "feeds.feed": [f"/feeds/{f.id}" for f in feeds],
        "feeds.folder": [f"/folders/{path}" for path in sorted(folders)],
        "front.keys": ["/keys"],
        "front.page": ["/", "/?undo=1"],
        "front.robots": ["/robots.txt"],
        "images.image": [f"/images/{name}" for name in images[:most]],
        "recordings.recording": [f"/recordings/{name}" for name in sounds[:most]],
        "mail.ask": [f"/unsubscribe/{row['token']}" for row in recipients],
        "outlets.outlet": [f"/outlets/{row['id']}?period=month" for row in outlets],
        "outlets.report": [f"/outlets?period={period}" for period in ("day", "week", "month")],
        "stories.search": ["/search", "/search?q=storm", "/search?q=%28storm"],
        "stories.starred": ["/starred"],
        "stories.story": [f"/stories/{i}" for i in stories] + [f"/stories/{i}?{more}" for i in stories[:1] for more in ("at=0&n=20", "chapters=1")],
        "topics.all_topics": ["/topics"],
        "topics.topic": [f"/topics/{name}" for name in topics],
        "operations.healthz": ["/healthz"],
        "operations.metrics": ["/metrics"],
        "websub.confirm": ["/websub/no-such-token?hub.challenge=<script>alert(1)</script>&hub.mode=subscribe"],
        "outgoing.feed": [
            f"/out/{what}{form}{query}"
            for what, query in (
                ("events", ""), ("digests", ""), ("search", "?q=storm"), *((f"topics/{t}", "") for t in topics),
                *((f"folders/{f}", "") for f in sorted(folders)), *((f"events/{i}", "") for i in events[: most // 4 + 1]),
            )
            for form in (".atom", ".json")
        ],
    }  # fmt: skip
    _see_that_all_are_named(app, found)
    return {endpoint: tuple(paths) for endpoint, paths in found.items()}


def all_paths(app: App, *, most: int = 1000, without: frozenset[str] = frozenset()) -> Iterator[str]:
    """The same in one row; `without` leaves out whole endpoints."""
    for endpoint, paths in page_paths(app, most=most).items():
        if endpoint not in without:
            yield from paths


def _see_that_all_are_named(app: App, found: Mapping[str, object]) -> None:
    doors = {page.name for page in PAGES} | OTHER_DOORS
    rules = [r for r in create_app(app).url_map.iter_rules() if "GET" in (r.methods or ())]
    routes = {r.endpoint for r in rules if r.endpoint.partition(".")[0] in doors}
    assert routes == set(found), f"tests do not know of {routes ^ set(found)}"
