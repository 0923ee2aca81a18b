"""Other people's programs read our stories and mark them, over HTTP, from a real file: what they do shows here, and back."""

from __future__ import annotations

import asyncio
import contextlib
import importlib
import json
import os
import sqlite3
import subprocess
from dataclasses import dataclass
from hashlib import md5
from pathlib import Path
from typing import Any

import pytest
import requests

from aggregator.app.app import open_app
from aggregator.config import Config, WebConfig
from aggregator.model import Enclosure
from tests.support.browser import found, program
from tests.support.building import NOW
from tests.support.house import OWN, STORIES, House
from tests.support.serving import served


def library(name: str, package: str) -> Any:
    """A client library, or no test."""
    try:
        return importlib.import_module(name)
    except ImportError:
        found(None, f"{package} (pip install {package})")


# newsboat


def newsboat(house: House, folder: Path, *config: str, password: str | None = None) -> str:
    """What newsboat says is unread after a reload."""
    path = program("newsboat", "newsboat")
    (folder / "config").write_text(
        "\n".join(c.format(url=house.address, password=password or house.secret) for c in config) + "\n"
    )
    (folder / "urls").write_text("")
    command = [
        path,
        "-C",
        folder / "config",
        "-u",
        folder / "urls",
        "-c",
        folder / "cache.db",
        "-x",
        "reload",
        "print-unread",
    ]
    env = {k: v for k, v in os.environ.items() if not k.lower().endswith("_proxy")} | {"HOME": str(folder), "TZ": "UTC"}
    done = subprocess.run(command, capture_output=True, env=env, timeout=60, check=False, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def kept(folder: Path) -> list[tuple[str, str]]:
    """Titles and texts of newsboat's entries."""
    with contextlib.closing(sqlite3.connect(folder / "cache.db")) as conn:
        return conn.execute("SELECT title, content FROM rss_item").fetchall()


NEWSBOAT = {
    "miniflux": ('urls-source "miniflux"', 'miniflux-url "{url}"', 'miniflux-login "alice"', 'miniflux-password "{password}"'),
    "feedhq": ('urls-source "feedhq"', 'feedhq-url "{url}"', 'feedhq-login "alice"', 'feedhq-password "{password}"'),
    "greader.php": ('urls-source "feedhq"', 'feedhq-url "{url}/api/greader.php"', 'feedhq-login "alice"', 'feedhq-password "{password}"'),
    "ocnews": ('urls-source "ocnews"', 'ocnews-url "{url}"', 'ocnews-login "alice"', 'ocnews-password "{password}"'),
}  # fmt: skip


@pytest.mark.parametrize("source", list(NEWSBOAT))
def test_newsboat_reads_stories_and_events_and_sees_what_was_read_here(
    house: House, tmp_path: Path, source: str
) -> None:
    assert "5 unread articles" in newsboat(house, tmp_path, *NEWSBOAT[source])
    texts = dict(kept(tmp_path))
    assert "Trains stand still." in texts["Storm leaves 300,000 in the dark"]
    shared = [text for _, text in kept(tmp_path) if "2 independent reports" in text]
    assert len(shared) == 1
    assert "same text in 1 more outlet" in shared[0]
    house.app.marks.read(1, [4])
    again = tmp_path / "again"
    again.mkdir()
    assert "4 unread articles" in newsboat(house, again, *NEWSBOAT[source])


def test_the_accounts_own_password_opens_too_unless_the_settings_say_no(house: House, tmp_path: Path) -> None:
    assert "5 unread articles" in newsboat(house, tmp_path, *NEWSBOAT["miniflux"], password=OWN)
    strict = Config(timezone="UTC", web=WebConfig(app_passwords_only=True))
    with (
        open_app(strict, db=house.app.db_path) as app,
        served(app) as address,
    ):
        assert requests.get(address + "/v1/me", auth=("alice", OWN), timeout=9).status_code == 401
        assert requests.get(address + "/v1/me", auth=("alice", house.secret), timeout=9).status_code == 200


# Miniflux


@pytest.fixture
def miniflux(house: House) -> Any:
    module = library("miniflux", "miniflux")
    return module.Client(house.address, username="alice", password=house.secret)


def test_a_miniflux_client_lists_feeds_categories_and_entries(house: House, miniflux: Any) -> None:
    feeds = {f["title"]: f for f in miniflux.get_feeds()}
    assert set(feeds) == {"Events", "The Courier", "The Post", "The Radio"}
    assert feeds["The Post"]["category"]["title"] == "World"
    assert {c["title"] for c in miniflux.get_categories()} == {"All", "Events", "World"}
    radio = miniflux.get_feed_entries(feeds["The Radio"]["id"], order="published_at", direction="asc")
    assert [e["id"] for e in radio["entries"]] == [192, 256]
    everything = miniflux.get_entries(limit=2, direction="asc", order="id")
    assert everything["total"] == 5
    rest = miniflux.get_entries(after_entry_id=everything["entries"][-1]["id"], order="id", direction="asc")
    assert {e["id"] for e in everything["entries"] + rest["entries"]} == STORIES | {house.event}
    assert [e["id"] for e in miniflux.get_entries(search="dark")["entries"]] == [128]
    assert miniflux.me()["username"] == "alice"
    assert miniflux.get_feed_counters()["unreads"][str(feeds["The Radio"]["id"])] == 2


def test_a_miniflux_client_marks_and_we_know(house: House, miniflux: Any) -> None:
    miniflux.update_entries([256], "read")
    miniflux.toggle_bookmark(64)
    assert house.marks(4) == (True, False)
    assert house.marks(1) == (False, True)
    assert [
        e["id"]
        for e in miniflux.get_entries(starred="true", category_id=miniflux.get_feed(1)["category"]["id"])["entries"]
    ] == [64]
    miniflux.update_entries([256], "unread")
    assert house.marks(4) == (False, False)
    miniflux.update_entries([house.event], "read")
    assert house.unread() == {4}
    assert miniflux.get_entry(house.event)["status"] == "read"
    miniflux.mark_user_entries_as_read(1)
    assert house.unread() == set()


def test_a_miniflux_client_learns_what_was_marked_here_meanwhile(house: House, miniflux: Any) -> None:
    house.app.marks.read(1, [4])
    house.app.marks.read(1, [4], is_read=False)
    later = int(NOW.timestamp())
    changed = miniflux.get_entries(changed_after=later)["entries"]
    assert [(e["id"], e["status"]) for e in changed if e["id"] != house.event] == [(256, "unread")]


def test_a_miniflux_client_moves_renames_and_ends_subscriptions(house: House, miniflux: Any) -> None:
    made = miniflux.create_category("Local")
    miniflux.update_feed(2, title="My Post", category_id=made["id"])
    assert {f.title: f.folder for f in house.app.feeds.all()}["My Post"] == ("Local",)
    miniflux.update_category(made["id"], "Near")
    assert [f["title"] for f in miniflux.get_category_feeds(made["id"])] == ["My Post"]
    miniflux.delete_category(made["id"])
    assert {f.title: f.folder for f in house.app.feeds.all()}["My Post"] == ()
    miniflux.delete_feed(3)
    assert "The Radio" not in {f.title for f in house.app.feeds.all()}
    assert {e["id"] for e in miniflux.get_entries()["entries"]} == {64, 128, house.event}
    assert "courier.example" in miniflux.export()
    assert miniflux.import_feeds(
        '<opml version="2.0"><body><outline text="N" type="rss" xmlUrl="https://n.example/f"/></body></opml>'
    )
    assert "https://n.example/f" in {f.url for f in house.app.feeds.all()}


def test_every_program_is_told_of_a_recording_and_miniflux_of_its_place(house: House, miniflux: Any) -> None:
    file = Enclosure(url="https://courier.example/1.mp3", type="audio/mpeg", length=5)
    with house.app.store.write():
        house.app.store.enclosures.add([(1, file)])
    (told,) = miniflux.get_entry(64)["enclosures"]
    assert (told["url"], told["mime_type"], told["size"], told["media_progression"]) == (file.url, file.type, 5, 0)
    miniflux.update_enclosure(told["id"], media_progression=70)
    assert miniflux.get_enclosure(told["id"])["media_progression"] == 70
    fever = {"api_key": md5(f"alice:{house.secret}".encode()).hexdigest()}
    answer = requests.post(f"{house.address}/fever/?api&items&with_ids=64", data=fever, timeout=10).json()
    assert file.url in answer["items"][0]["html"]
    login = ("alice", house.secret)
    items = requests.get(f"{house.address}/index.php/apps/news/api/v1-2/items", auth=login, timeout=10).json()["items"]
    assert {i["enclosureLink"] for i in items if i["id"] == 64} == {file.url}


def test_what_miniflux_refuses_is_refused_in_its_words(house: House, miniflux: Any) -> None:
    module = library("miniflux", "miniflux")
    with pytest.raises(module.ResourceNotFound, match="no such entry"):
        miniflux.get_entry(9999)
    with pytest.raises(module.BadRequest, match="cannot be changed"):
        miniflux.delete_feed(1_000_000_000)
    with pytest.raises(module.AccessForbidden):
        miniflux.create_api_key("mine")
    with pytest.raises(module.AccessUnauthorized):
        module.Client(house.address, username="alice", password="wrong").me()
    key = module.Client(house.address, api_key=house.secret)
    assert key.me()["username"] == "alice"
    house.app.access.revoke("alice", "phone")
    with pytest.raises(module.AccessUnauthorized):
        key.me()


# Google Reader


@dataclass
class Reeder:
    """What phones do with the Google Reader API, by hand: programs differ in how they write the same wish."""

    base: str
    auth: str

    def get(self, path: str, **params: Any) -> Any:
        answer = requests.get(f"{self.base}/reader/api/0/{path}", params=params, headers=self.headers, timeout=9)
        answer.raise_for_status()
        return answer.json()

    def post(self, path: str, body: str, kind: str = "application/x-www-form-urlencoded") -> str:
        headers = self.headers | {"Content-Type": kind}
        answer = requests.post(f"{self.base}/reader/api/0/{path}", data=body, headers=headers, timeout=9)
        answer.raise_for_status()
        return answer.text

    @property
    def headers(self) -> dict[str, str]:
        return {"Authorization": f"GoogleLogin auth={self.auth}"}

    def ids(self, stream: str = "user/-/state/com.google/reading-list", **params: Any) -> list[int]:
        return [
            int(r["id"]) for r in self.get("stream/items/ids", s=stream, n=1000, output="json", **params)["itemRefs"]
        ]


@pytest.fixture(params=["", "/api/greader.php"])
def reeder(house: House, request: pytest.FixtureRequest) -> Reeder:
    base = house.address + request.param
    sent = {"Email": "alice", "Passwd": house.secret, "service": "reader"}
    answer = requests.post(f"{base}/accounts/ClientLogin", data=sent, timeout=9)
    lines = dict(line.split("=", 1) for line in answer.text.splitlines())
    return Reeder(base, lines["Auth"])


def test_a_google_reader_client_pages_filters_and_goes_on(house: House, reeder: Reeder) -> None:
    read = "user/-/state/com.google/read"
    newest_first = sorted(STORIES | {house.event}, reverse=True)
    assert reeder.ids() == newest_first
    assert reeder.ids(r="o") == newest_first[::-1]
    first = reeder.get("stream/contents/reading-list", n=3)
    second = reeder.get("stream/contents", s="user/1/state/com.google/reading-list", n=3, c=first["continuation"])
    assert [int(i["id"][-16:], 16) for i in first["items"] + second["items"]] == newest_first
    assert "continuation" not in second
    house.app.marks.read(1, [4])
    assert reeder.ids(xt=read) == [n for n in newest_first if n != 256]
    assert reeder.ids(it=read) == reeder.ids(read) == [256]
    assert reeder.ids("feed/1") == reeder.ids("feed/https://courier.example/feed") == [64]
    assert reeder.ids("user/-/label/World") == [256, 192, 128, 64]
    assert reeder.ids("user/-/label/Events") == [house.event]
    third = house.app.reading.story(3).seen_at
    assert set(reeder.ids("user/-/label/World", ot=int(third.timestamp()))) == {192, 256}
    assert reeder.ids("user/-/label/World", nt=int(third.timestamp())) == [192, 128, 64]


def test_entries_are_found_by_every_way_of_writing_their_number(reeder: Reeder) -> None:
    body = "i=64&i=0000000000000080&i=tag:google.com,2005:reader/item/00000000000000c0&i=999&i=x&T=" + reeder.auth
    items = json.loads(reeder.post("stream/items/contents?output=json", body))["items"]
    assert [i["title"] for i in items][:2] == ["Storm cuts power to 300,000 homes", "Storm leaves 300,000 in the dark"]
    assert items[2]["alternate"][0]["href"] == "https://radio.example/3"
    assert "<script" not in items[2]["summary"]["content"]


def test_a_google_reader_client_marks_and_we_know(house: House, reeder: Reeder) -> None:
    unencoded = "a=user/-/state/com.google/read&i=tag:google.com,2005:reader/item/0000000000000100&i=64"
    assert reeder.post("edit-tag", unencoded, kind="text/plain") == "OK"
    assert house.unread() == {2, 3}
    reeder.post(
        "edit-tag",
        "i=64&s=feed/https://courier.example/feed&r=user/-/state/com.google/read&a=user/-/state/com.google/kept-unread&T=x",
    )
    assert house.unread() == {1, 2, 3}
    reeder.post("edit-tag", "i=128&a=user/-/state/com.google/starred&a=user/-/label/Later%20on")
    assert house.marks(2) == (False, True)
    assert house.app.reading.story(2).tags == ("later on",)
    assert reeder.ids("user/-/state/com.google/starred") == reeder.ids("user/-/label/later on") == [128]
    reeder.post("edit-tag", "i=128&r=user/-/state/com.google/starred")
    assert house.marks(2) == (False, False)
    reeder.post("edit-tag", f"i={house.event}&a=user/-/state/com.google/read")
    assert house.unread() == set()


def test_mark_all_as_read_stops_where_the_program_had_read_to(house: House, reeder: Reeder) -> None:
    third = int(house.app.reading.story(3).seen_at.timestamp())
    reeder.post("mark-all-as-read", f"s=user/-/label/World&ts={third}000000")
    assert house.unread() == {4}
    reeder.post("mark-all-as-read", "s=feed/3")
    assert house.unread() == set()


def test_a_google_reader_client_keeps_its_subscriptions(house: House, reeder: Reeder) -> None:
    rows = {r["title"]: r for r in reeder.get("subscription/list", output="json")["subscriptions"]}
    assert rows["The Post"]["categories"] == [{"id": "user/-/label/World", "label": "World"}]
    assert {t["id"] for t in reeder.get("tag/list")["tags"]} >= {"user/-/label/World", "user/-/label/Events"}
    counts = {c["id"]: c["count"] for c in reeder.get("unread-count")["unreadcounts"]}
    assert counts["user/-/label/World"] == 4
    assert counts["user/-/state/com.google/reading-list"] == 5
    reeder.post("subscription/edit", "ac=edit&s=feed/2&t=My+Post&a=user/-/label/Near&r=user/-/label/World")
    assert {f.title: f.folder for f in house.app.feeds.all()}["My Post"] == ("Near",)
    reeder.post("rename-tag", "s=user/-/label/Near&dest=user/-/label/Here")
    assert {f.title: f.folder for f in house.app.feeds.all()}["My Post"] == ("Here",)
    reeder.post("subscription/edit", "ac=subscribe&s=feed/https://new.example/feed&t=New&a=user/-/label/Here")
    assert {f.title: f.folder for f in house.app.feeds.all()}["New"] == ("Here",)
    reeder.post("subscription/edit", "ac=unsubscribe&s=feed/https://new.example/feed")
    assert "New" not in {f.title for f in house.app.feeds.all()}


@pytest.mark.parametrize(
    "headers", [{}, {"Authorization": "GoogleLogin auth=alice/p1.00"}, {"Authorization": "GoogleLogin auth=x"}]
)
def test_without_a_token_nothing_is_told(house: House, headers: dict[str, str]) -> None:
    for path in ("api/0/subscription/list", "api/0/stream/contents", "atom/feed/1", "api/0/token"):
        answer = requests.get(f"{house.address}/reader/{path}", headers=headers, timeout=9)
        assert (answer.status_code, answer.text) == (401, "Unauthorized\n")
    wrong = requests.post(
        f"{house.address}/accounts/ClientLogin", data={"Email": "alice", "Passwd": "wrong"}, timeout=9
    )
    assert wrong.status_code == 401
    assert "Auth=" not in wrong.text


def test_a_token_may_stand_in_the_body_alone_but_not_in_an_address(house: House, reeder: Reeder) -> None:
    """As liferea asks for texts; addresses are written down in too many places."""
    address = f"{reeder.base}/reader/api/0/stream/items/contents"
    found = requests.post(address, data={"output": "json", "T": reeder.auth, "i": "64"}, timeout=9)
    assert [i["title"] for i in found.json()["items"]] == ["Storm cuts power to 300,000 homes"]
    for method, sent in (("post", {"data": {"T": "x", "i": "64"}}), ("get", {"params": {"T": reeder.auth, "i": "64"}}),
                         ("post", {"params": {"T": reeder.auth}, "data": {"i": "64"}})):  # fmt: skip
        assert requests.request(method, address, timeout=9, **sent).status_code == 401


def test_a_revoked_or_changed_password_ends_its_tokens(house: House) -> None:
    phone = house.app.access.token("alice", house.secret, address="x")
    own = house.app.access.token("alice", OWN, address="x")
    assert phone
    assert own
    assert house.app.access.by_token(phone)
    assert house.app.access.by_token(own)
    house.app.access.revoke("alice", "phone")
    house.app.accounts.set_password("alice", "another long one")
    assert house.app.access.by_token(phone) is None
    assert house.app.access.by_token(own) is None


def test_a_client_made_for_freshrss_reads_marks_and_subscribes(house: House) -> None:
    module = library("freshrss_mcp.client", "freshrss-mcp")

    async def morning() -> dict[str, Any]:
        async with module.FreshRSSClient(house.address, "alice", house.secret) as client:
            await client.authenticate()
            unread = await client.get_stream_contents(exclude_target="user/-/state/com.google/read", count=3)
            rest = await client.get_stream_contents(
                exclude_target="user/-/state/com.google/read", continuation=unread.continuation
            )
            first = next(
                a for a in rest.items if a.url == "https://courier.example/1" and a.feed_title == "The Courier"
            )
            await client.mark_as_read([first.id])
            await client.star_article([first.id])
            await client.add_label([first.id], "keep")
            await client.subscribe("https://new.example/feed", title="New", folder="Near")
            return {
                "titles": [a.title for a in unread.items + rest.items],
                "counts": {c.id: c.count for c in await client.get_unread_counts()},
                "feeds": {
                    s.title: [c.label for c in s.categories]
                    for s in (await client.get_subscription_list()).subscriptions
                },
                "starred": [a.url for a in (await client.get_stream_contents("user/-/state/com.google/starred")).items],
            }

    seen = asyncio.run(morning())
    assert len(seen["titles"]) == 5
    assert "Storm leaves 300,000 in the dark" in seen["titles"]
    assert seen["counts"]["user/-/state/com.google/reading-list"] == 4
    assert seen["feeds"]["New"] == ["Near"]
    assert house.marks(1) == (True, True)
    assert house.app.reading.story(1).tags == ("keep",)
    assert set(seen["starred"]) == {"https://courier.example/1"}


# Fever


def test_a_fever_client_reads_and_marks(house: House) -> None:
    module = library("freshrss_api", "freshrss-api")
    client = module.FreshRSSAPI(host=house.address, username="alice", password=house.secret)
    unread = {i.id: i for i in client.get_unreads()}
    assert set(unread) == STORIES | {house.event}
    assert "Trains stand still." in unread[64].html
    assert {f["title"] for f in client.get_feeds()["feeds"]} >= {"The Courier", "Events"}
    assert {g["title"] for g in client.get_groups()["groups"]} == {"Events", "World"}
    client.set_mark("read", 256)
    client.set_mark("saved", 64)
    assert house.marks(4) == (True, False)
    assert house.marks(1) == (False, True)
    house.app.marks.star(1, 3)
    assert {i.id for i in client.get_saved()} == {64, 192, house.event}
    assert {i.id for i in client.get_items_from_dates(since="2000-01-01")} == STORIES | {house.event}
    client._call(mark="feed", as_="read", id=1, before=int(NOW.timestamp()))
    assert house.unread() == {2, 3}


def test_fever_wants_a_password_made_for_a_program(house: House) -> None:
    def ask(password: str) -> int:
        key = md5(f"alice:{password}".encode()).hexdigest()
        return int(requests.post(house.address + "/fever/?api", data={"api_key": key}, timeout=9).json()["auth"])

    assert (ask(house.secret), ask(OWN), ask("")) == (1, 0, 0)
    house.app.access.revoke("alice", "phone")
    assert ask(house.secret) == 0


# Nextcloud News


@pytest.mark.parametrize("version", ["v1-2", "v1-3"])
def test_a_nextcloud_client_reads_and_marks(house: House, version: str) -> None:
    base, auth = f"{house.address}/index.php/apps/news/api/{version}", ("alice", house.secret)

    def ask(path: str, **params: Any) -> Any:
        return requests.get(f"{base}/{path}", params=params, auth=auth, timeout=9).json()

    def put(path: str, value: Any = None) -> int:
        send = requests.put if version == "v1-2" else requests.post
        return send(f"{base}/{path}", json=value, auth=auth, timeout=9).status_code

    assert {f["name"] for f in ask("folders")["folders"]} == {"Events", "World"}
    assert ask("feeds")["newestItemId"] == max(256, house.event)
    items = ask("items", type=3, batchSize=-1)["items"]
    assert {i["id"] for i in items} == STORIES | {house.event}
    by_id = {i["id"]: i for i in items}
    assert put("items/256/read") == 200
    put(f"items/1/{by_id[64]['guidHash']}/star")
    put(f"items/1/{by_id[64]['guid']}/star")
    assert house.marks(4) == (True, False)
    assert house.marks(1) == (False, True)
    stars = [{"feedId": feed, "guidHash": by_id[number]["guidHash"]} for feed, number in ((1, 64), (3, 192), (3, 256))]
    put("items/unstar/multiple", {"items": stars})
    assert house.marks(1) == (False, False)
    put("items/star/multiple", {"items": [*stars[:2], {"feedId": 2, "guidHash": "0" * 32}, {"guidHash": "entry-256"}]})
    assert [house.marks(n)[1] for n in (1, 2, 3, 4)] == [True, False, True, True]
    put("items/unstar/multiple", {"items": stars[1:]})
    put("items/unread/multiple", {"items" if version == "v1-2" else "itemIds": [256]})
    assert house.marks(4) == (False, False)
    changed = {
        i["id"]: (i["unread"], i["starred"])
        for i in ask("items/updated", lastModified=int(NOW.timestamp()), type=3)["items"]
    }
    assert changed[64] == (True, True)
    assert changed[256] == (True, False)
    put("feeds/3/read", {"newestItemId": 192})
    assert house.unread() == {1, 2, 4}
    put("items/read?newestItemId=9223372036854775807")
    assert house.unread() == set()


ANSWERS = (
    "/v1/entries", "/v1/feeds", "/reader/api/0/stream/contents", "/reader/api/0/subscription/list", "/reader/atom/feed/1",
    "/fever/?api&items&feeds&groups", "/index.php/apps/news/api/v1-2/items?type=3", "/out/events.atom", "/out/events/1.atom",
    "/api/v1/stories",
)  # fmt: skip


@pytest.mark.parametrize("path", ANSWERS)
def test_no_program_is_given_a_script(house: House, path: str) -> None:
    """Whatever stands in the database: texts are escaped within HTML, links are those of the web."""
    hostile = "<img src=x onerror=alert(1)>"
    house.app.store.connections.run(
        "UPDATE stories SET url = 'javascript:alert(1)', text = ?, authors = json_array(?), credit = ?", (hostile,) * 3
    )
    house.app.store.connections.run("UPDATE feeds SET site_url = 'javascript:alert(1)'")
    key = md5(f"alice:{house.secret}".encode()).hexdigest()
    auth = house.app.access.token("alice", house.secret, address="x")
    headers = {"Authorization": f"GoogleLogin auth={auth}"} if "/reader/" in path else {}
    basic = None if headers else ("alice", house.secret)
    answer = requests.post if "fever" in path else requests.get
    sent = answer(
        house.address + path, data={"api_key": key} if "fever" in path else None, headers=headers, auth=basic, timeout=9
    )
    assert sent.status_code == 200
    assert "courier" in sent.text.lower(), "it says something"
    if path != "/api/v1/stories":  # our own API tells values, not HTML, as they are
        assert "javascript:" not in sent.text
        assert "<img" not in sent.text


def test_guessing_passwords_waits_and_keeps_no_program_out(house: House) -> None:
    base = house.address
    answers = [requests.get(base + "/v1/me", auth=("alice", f"guess {n}"), timeout=9).status_code for n in range(6)]
    assert answers == [401] * 5 + [429]
    login = {"Email": "alice", "Passwd": OWN}
    assert requests.post(base + "/accounts/ClientLogin", data=login, timeout=9).status_code == 429
    assert requests.get(base + "/v1/me", auth=("alice", house.secret), timeout=9).status_code == 200


def test_two_readers_marks_do_not_meet(house: House) -> None:
    house.app.accounts.set_password("bob", "another long one")
    bob = house.app.access.make("bob", "phone")
    put = {"entry_ids": [64], "status": "read"}
    assert requests.put(house.address + "/v1/entries", json=put, auth=("bob", bob), timeout=9).status_code == 204
    assert house.unread() == {1, 2, 3, 4}
    assert requests.get(house.address + "/v1/me", auth=("alice", bob), timeout=9).status_code == 401


def test_a_form_on_another_site_changes_nothing_even_with_a_password(house: House) -> None:
    headers = {"Origin": "http://evil.invalid", "Content-Type": "text/plain"}
    answer = requests.put(house.address + "/v1/entries", data='{"entry_ids": [64], "status": "read"}', headers=headers,
                          auth=("alice", house.secret), timeout=9)  # fmt: skip
    assert answer.status_code == 403
    assert house.unread() == {1, 2, 3, 4}
