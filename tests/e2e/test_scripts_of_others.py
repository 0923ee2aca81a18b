"""Scripts in feeds and pages, on every page that shows them, in a browser whose own guard is switched off: none runs.

Each payload comes through the doors, in every field of a feed and of an article page; and once more as if the doors had let everything
in, for what is shown is made safe where it is shown too. The shared kit's payloads are taken where they are at hand: some
of them here, all with SOAK.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Callable, Iterator, Sequence
from datetime import timedelta
from html import escape
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from selenium.webdriver import Chrome

from aggregator.app.app import App, open_app
from aggregator.app.polling import PollOptions
from aggregator.config import WebConfig
from tests.support.browser import chromium
from tests.support.http_server import Reply, Server
from tests.support.newsroom import END, loopback
from tests.support.pages import all_paths
from tests.support.serving import served
from tests.support.shared import shared

PASSWORD = "correct horse battery"
OWN = (
    "<script>{J}</script>",
    "<img src=x onerror={J}>",
    "</title></textarea></script><svg onload={J}>",
    '" autofocus onfocus={J} x="',
    "' onmouseover={J} x='",
    "<iframe srcdoc='<script>{J}</script>'></iframe>",
    "<a href=javascript:{J}>look</a>",
    "<math><mtext></form><form><mglyph><style></math><img src onerror={J}>",
    "javascript:{J}",
    "{{ [].constructor.constructor('{J}')() }}",
    "]]></description><script>{J}</script>",
    "<link rel=stylesheet href={R}><img src={R}>",
)  # fmt: skip
SAMPLE = 4  # of the shared kit's payloads, without SOAK
MOST_SHARED = 5  # stories that the second outlet tells too
TOWNS = ("Alder", "Birch", "Cedar", "Dogwood", "Elm", "Fir", "Gorse", "Hazel", "Ivy", "Juniper")


def payloads(ours: str) -> list[str]:
    """Markup that asks `ours` for /js-N when it runs, or for /res-N when it loads something."""
    found = list(OWN)
    kit = shared_payloads()
    found += kit if os.environ.get("SOAK") else kit[:: max(1, len(kit) // SAMPLE)]
    return [
        p.replace("{J}", f"fetch(/js-{n}/)").replace("{R}", f"{ours}/res-{n}").replace("{ID}", str(n))
        for n, p in enumerate(found)
    ]


def shared_payloads() -> list[str]:
    try:
        return [row["html"] for row in json.loads(shared("hostile", "xss", "payloads.json").read_text("utf-8"))]
    except pytest.skip.Exception:
        return []


class Site:
    """Two outlets that say the same, and put a payload into every field; `turn` counts what they changed since."""

    def __init__(self) -> None:
        self.turn = 0
        self.payloads: list[str] = []

    def routes(self) -> dict[str, Callable[..., Reply]]:
        found: dict[str, Callable[..., Reply]] = {
            f"/{outlet}/{n}": lambda _asked, outlet=outlet, n=n: self._page(outlet, n)
            for outlet in ("a", "b")
            for n in range(len(self.payloads))
        }
        for outlet in ("a", "b"):
            found[f"/{outlet}/feed"] = lambda _asked, outlet=outlet: self._feed(outlet)
        found["/gone"] = lambda _asked: Reply(status=410, body=self.payloads[0].encode())
        chapters = {
            "chapters": [
                {"startTime": n, "title": p, "url": "javascript:fetch(/js-0/)"} for n, p in enumerate(self.payloads)
            ]
        }
        found["/chapters"] = lambda _asked: Reply(
            headers=(("Content-Type", "application/json+chapters"),), body=json.dumps(chapters).encode()
        )
        found["/sound"] = lambda _asked: Reply(
            headers=(("Content-Type", "audio/mpeg"),), body=self.payloads[0].encode() * 99
        )
        found["/picture"] = lambda _asked: Reply(
            headers=(("Content-Type", "image/svg+xml"),),
            body=b"<svg xmlns='http://www.w3.org/2000/svg' onload='fetch(/js-9/)'/>",
        )
        return found

    def _feed(self, outlet: str) -> Reply:
        first = _xml(self.payloads[0])
        items = "".join(self._item(outlet, n) for n in range(len(self.payloads) if outlet == "a" else MOST_SHARED))
        body = (
            '<?xml version="1.0"?><rss version="2.0" xmlns:dc="http://purl.org/dc/elements/1.1/" '
            'xmlns:podcast="https://podcastindex.org/namespace/1.0" xmlns:media="http://search.yahoo.com/mrss/"><channel>'
            f"<title>Outlet {outlet} {first}</title><link>javascript:fetch(/js-0/)</link><description>{first}</description>"
            f"<image><url>javascript:fetch(/js-0/)</url><title>{first}</title><link>x</link></image>{items}</channel></rss>"
        )
        return Reply(headers=(("Content-Type", "application/rss+xml"),), body=body.encode())

    def _item(self, outlet: str, n: int) -> str:
        said = _xml(self.payloads[n])
        at = END - timedelta(hours=2 + n % 10, minutes=n)
        return (
            f"<item><title>{_headline(n)} {self.turn or ''} {said}</title><link>/{outlet}/{n}</link>"
            f"<guid isPermaLink='false'>{outlet}-{n} {said}</guid><pubDate>{at:%a, %d %b %Y %H:%M:%S} GMT</pubDate>"
            f"<description>{_xml(_sentences(n))} {said}</description><dc:creator>{said}</dc:creator><category>{said}</category>"
            f"<comments>javascript:fetch(/js-{n}/)</comments><enclosure url='javascript:fetch(/js-{n}/)' type='{said}' length='1'/>"
            f"<enclosure url='/sound?{outlet}{n}' type='audio/mpeg' length='999'/><podcast:chapters url='/chapters' type='application/json+chapters'/>"
            f"<media:content url='/picture' medium='image'><media:title>{said}</media:title><media:description>{said}</media:description></media:content></item>"
        )

    def _page(self, outlet: str, n: int) -> Reply:
        raw = self.payloads[n]
        said = escape(raw)
        facts = {
            "@type": "NewsArticle",
            "headline": raw,
            "author": {"@type": "Person", "name": raw},
            "image": "javascript:fetch(/js-0/)",
        }
        text = "".join(f"<p>{_sentences(n, turn)} {said}</p>" for turn in (0, self.turn, 2, 3, 4))
        body = (
            f'<!doctype html><html lang="{said}"><head><title>{_headline(n)} {self.turn or ""} {said}</title>'
            f'<meta property="og:title" content="{_headline(n)} {self.turn or ""} {said}"><meta property="og:site_name" content="{said}">'
            f'<meta name="author" content="{said}"><meta property="og:image" content="/picture"><link rel="canonical" href="javascript:x">'
            f'<script type="application/ld+json">{json.dumps(facts).replace("<", chr(92) + "u003c")}</script></head>'
            f"<body><article><h1>{_headline(n)} {said}</h1>{text}<div>{raw}</div></article></body></html>"
        )
        return Reply(headers=(("Content-Type", "text/html; charset=utf-8"),), body=body.encode("utf-8", "replace"))


def _headline(n: int) -> str:
    return f"{TOWNS[n % 10]} council votes to close {n + 3} bridges after the storm"


def _sentences(n: int, turn: int = 0) -> str:
    """A paragraph long enough to be taken for text; what a later turn says is another figure."""
    return (
        f"The council of {TOWNS[n % 10]} voted on Friday to close {n + 3 + 10 * turn} bridges, which a storm had damaged in the night. "
        f"Engineers had found cracks in the piers of {n + 2} of them, the mayor told a crowd of {100 + n * 7 + turn} people."
    )


def _xml(text: str) -> str:
    return escape(re.sub("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff]", "", text))


@pytest.fixture(scope="module")
def site() -> Iterator[tuple[Site, Server]]:
    made = Site()
    with Server({}) as server:
        made.payloads = payloads(server.url("").rstrip("/"))
        server.routes = made.routes()
        yield made, server


@pytest.fixture(params=["through the doors", "as if the doors had let everything in"])
def told(request: pytest.FixtureRequest, site: tuple[Site, Server], tmp_path: Path) -> Iterator[App]:
    hostile, server = site
    hostile.turn = 0
    clock = [END]
    config = loopback(web=WebConfig(images=True))
    with open_app(config, db=tmp_path / "a.db", clock=lambda: clock[0]) as app:
        _subscribe(app, hostile, server)
        app.polling.poll(PollOptions())
        hostile.turn = 1
        clock[0] = END + timedelta(hours=3)
        app.polling.poll(PollOptions(force=True))
        if request.param != "through the doors":
            _let_in(app, hostile.payloads)
        _act(app, hostile.payloads)
        yield app


def _subscribe(app: App, hostile: Site, server: Server) -> None:
    folder = _xml(hostile.payloads[1])
    rows = "".join(
        f'<outline type="rss" text="{_xml(hostile.payloads[2])}" xmlUrl="{server.url(path)}"/>'
        for path in ("/a/feed", "/b/feed", "/gone")
    )
    app.feeds.import_opml(f'<opml version="2.0"><body><outline text="{folder}">{rows}</outline></body></opml>'.encode())


def _let_in(app: App, bad: Sequence[str]) -> None:
    """A payload in every column that some page shows, whatever the doors made of it."""

    def put(table: str, column: str, *, form: str = "{}", key: str = "rowid") -> None:
        rows = app.store.connections.rows(f"SELECT {key} AS k FROM {table}")
        pairs = [(form.replace("{}", bad[n % len(bad)]).replace("#", str(n)), row["k"]) for n, row in enumerate(rows)]
        app.store.connections.run_many(f"UPDATE {table} SET {column} = ? WHERE {key} = ?", pairs)

    for column in ("title", "reason", "copy_reason", "section", "credit", "paywall", "lang", "page_error"):
        put("stories", column)
    put("stories", "text", form="A storm broke bridges. {}\n\n{}")
    put("stories", "url", form="javascript:fetch(/js-#/)")
    app.store.connections.run(
        "UPDATE stories SET authors = json_array(title), paywall = iif(id % 2, paywall, NULL), page = 'failed'"
    )
    for table, column in (("events", "headline"), ("outlets", "name"), ("revisions", "title"), ("revisions", "text"), ("feeds", "title"),
                          ("feeds", "last_error"), ("feeds", "next_poll_reason"), ("feeds", "lang"), ("authors", "name")):  # fmt: skip
        put(table, column, form="{} #" if table in ("outlets", "authors") else "{}")
    put("feeds", "site_url", form="javascript:fetch(/js-#/)")
    app.store.connections.run("UPDATE feeds SET failures = 9")


def _act(app: App, bad: Sequence[str]) -> None:
    """What a reader gives a name."""
    for n, payload in enumerate(bad[:12]):
        name = "".join(c for c in payload if c.isprintable())[:90]
        app.topics.add(f"{name} {n}", "storm OR bridges", reader_id=1)
    for story in list(app.reading.stories())[:10]:
        app.marks.star(1, story.id)
    app.digests.make(name="morning")
    app.accounts.set_password("alice", PASSWORD)
    app.access.make("alice", bad[1][:60])
    app.access.renew_addresses(1)


def test_no_script_of_others_runs_on_any_page(told: App, site: tuple[Site, Server], tmp_path: Path) -> None:
    _, server = site
    events = list(told.store.events.each(limit=1000))
    assert len(events) > len(TOWNS) / 2, "the outlets were read"
    with served(told) as address, chromium(tmp_path / "profile", network=True) as driver:
        _asked(driver)  # what it asked for as it started
        driver.execute_cdp_cmd("Page.enable", {})
        driver.execute_cdp_cmd("Page.setBypassCSP", {"enabled": True})
        seen = _look(driver, [f"{address}/login"], server)
        _log_in(driver, address)
        paths = all_paths(
            told, most=1000 if os.environ.get("SOAK") else 2 * len(OWN), without=frozenset({"account.login"})
        )
        queries = [
            f"/search?q={p}"
            for p in ("%22%3E%3Cscript%3Efetch(/js-1/)%3C/script%3E", "(%3Cimg src=x onerror=fetch(/js-2/)%3E")
        ]
        forms = ("?format=json", "")
        seen += _look(
            driver, [f"{address}{p}" for p in (*paths, *queries, *(f"/stories/1{form}" for form in forms))], server
        )
        assert seen == []
        assert _fires(driver, server), "the browser would have run them"


def _log_in(driver: Chrome, address: str) -> None:
    driver.get(f"{address}/login")
    driver.execute_script(
        "document.getElementById('name').value = 'alice'; document.getElementById('password').value = arguments[0];"
        "document.querySelector('.login').submit()", PASSWORD,
    )  # fmt: skip
    driver.get(f"{address}/settings")
    assert "Change the password of alice" in driver.page_source


# What runs when somebody passes over it, and addresses and attributes that could.
LIVE = """
if (/json|^text\\/(?!html)/.test(document.contentType)) return []; // shown as text, in a style of the browser's own
const bad = [];
for (const e of document.querySelectorAll('*')) {
  for (const name of ['mouseover', 'focus', 'pageshow', 'toggle']) e.dispatchEvent(new Event(name, {bubbles: true}));
  for (const a of e.attributes) {
    if (/^on|^srcdoc$|^style$/i.test(a.name)) bad.push(a.name);
    if (/^(xlink:)?(href|src|action|formaction|data|poster)$/i.test(a.name) && /^\\s*(javascript|data|vbscript):/i.test(a.value)) bad.push(a.value);
  }
  if (/^(iframe|frame|object|embed|base|style|template|math|animate|set|use)$/i.test(e.localName)) bad.push(e.localName);
  if (e.localName === 'script' && !e.src.startsWith(location.origin + '/static/')) bad.push('script');
}
return bad;
"""


def _look(driver: Chrome, addresses: Sequence[str], server: Server) -> list[tuple[str, object]]:
    """What was wrong, by address: scripts that ran, and what they or anything else asked for elsewhere."""
    found: list[tuple[str, object]] = []
    for address in addresses:
        driver.get(address)
        live = driver.execute_script(LIVE)
        strange = [url for url in _asked(driver) if _is_strange(url, address)]
        asked = [path for path in server.paths if path.startswith(("/js-", "/res-"))]
        found += [(address, what) for what in (live, strange, asked) if what]
        server.asked.clear()
    return found


def _asked(driver: Chrome) -> list[str]:
    messages = (json.loads(row["message"])["message"] for row in driver.get_log("performance"))  # type: ignore[no-untyped-call]
    return [m["params"]["request"]["url"] for m in messages if m["method"] == "Network.requestWillBeSent"]


def _is_strange(url: str, address: str) -> bool:
    ours, asked = urlsplit(address), urlsplit(url)
    if asked.scheme == "data":
        return False  # signs on the browser's own player; a page's are looked for in the page
    return asked.netloc != ours.netloc or asked.path.startswith(("/js-", "/res-"))


def _fires(driver: Chrome, server: Server) -> bool:
    """Whether a payload that nobody made safe runs in this browser, and is seen."""
    raw = b"<!doctype html><title>x</title><img src=x onerror=fetch(/js-1/)>"
    server.routes = dict(server.routes) | {"/raw": Reply(headers=(("Content-Type", "text/html"),), body=raw)}
    return any("/js-1" in str(what) for _, what in _look(driver, [server.url("/raw")] * 2, server))
