"""Plugins: the examples of docs/plugins.md, installed and used; and plugins that do harm."""

from __future__ import annotations

import logging
import re
import sys
import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from aggregator import plugins
from aggregator.app.app import App, open_app
from aggregator.app.doctor import examine
from aggregator.app.polling import PollOptions
from aggregator.config import Config, DigestConfig, FetchConfig, PluginsConfig, WorkersConfig
from aggregator.errors import AggregatorError, PluginFailed
from tests.support.building import a_spec
from tests.support.http_server import Reply, Server

GUIDE = (Path(__file__).parents[2] / "docs" / "plugins.md").read_text("utf-8")
EXAMPLES = {name: code for code, name in re.findall(r'```python\n("""(\w+)\.py: .+?)```', GUIDE, re.DOTALL)}
NOW = datetime(2026, 3, 5, 12, tzinfo=UTC)
PAGE = b"Skerry trams to run at night\nFrom Monday trams in Skerry run all night, the council said.\n"

Install = Callable[[str, str], None]


@pytest.fixture
def install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Install]:
    """Installs a module as a package of that name and version 1.2 would be."""
    site = tmp_path / "site"
    monkeypatch.syspath_prepend(str(site))
    installed: list[str] = []

    def install(name: str, code: str) -> None:
        about = site / f"{name}-1.2.dist-info"
        about.mkdir(parents=True)
        (site / f"{name}.py").write_text(code, "utf-8")
        (about / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.2\n", "utf-8")
        (about / "entry_points.txt").write_text(f"[aggregator]\n{name} = {name}\n", "utf-8")
        installed.append(name)
        plugins.load.cache_clear()

    yield install
    plugins.load.cache_clear()
    for name in installed:
        sys.modules.pop(name, None)


@pytest.fixture
def board(tmp_path: Path) -> Iterator[str]:
    """The address of a notice board with one notice, whose page is on the air."""
    with Server({"/trams.txt": Reply(body=PAGE, headers=(("Content-Type", "text/plain"),))}) as server:
        rows = f"title,url,date\nSkerry trams,{server.url('/trams.txt')},2026-03-05T08:00:00Z\n"
        (tmp_path / "notices.csv").write_text(rows, "utf-8")
        yield f"board:{tmp_path / 'notices.csv'}"


def house(tmp_path: Path, **over: object) -> App:
    fetch = FetchConfig(allow_networks=("127.0.0.0/8",), host_gap_s=0.0)
    return open_app(Config(timezone="UTC", fetch=fetch, **over), db=tmp_path / "a.db", clock=lambda: NOW)  # type: ignore[return-value, arg-type]


def test_the_examples_of_the_documentation_do_what_it_says(
    install: Install, board: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ROOM_LINKS", str(tmp_path / "links.txt"))
    for name, code in EXAMPLES.items():
        install(name, code)
    room = tmp_path / "room.md"
    with house(tmp_path, digests={"noon": DigestConfig(at="12:00", to=(f"room:{room}",))}) as app:
        app.feeds.add_local(board)
        app.rules.add("trams", "trams", ["keep"])
        assert app.polling.poll(PollOptions()).failed == []
        story = app.store.stories.get(1)
        assert story.text == PAGE.decode().splitlines()[1]
        assert (tmp_path / "links.txt").read_text("utf-8") == f"{story.url}\n"
        (published,) = app.publishing.publish_due()
        assert [s.title for s in published.digest.sections] == ["Skerry"]
        assert app.mailing.send_due().sent == 1
        assert "## Skerry" in room.read_text("utf-8")
        assert [(p.name, p.version, p.trouble) for p in app.resources.plugins.installed] == [
            ("board", "1.2", None), ("room", "1.2", None),
        ]  # fmt: skip


def test_what_is_not_of_the_web_can_be_added_at_the_machine_only(install: Install, board: str, tmp_path: Path) -> None:
    install("board", EXAMPLES["board"])
    opml = f'<opml version="2.0"><body><outline type="rss" xmlUrl="{board}"/></body></opml>'.encode()
    with house(tmp_path) as app:
        with pytest.raises(AggregatorError, match="at the machine itself"):
            app.feeds.import_opml(opml)
        assert app.feeds.all() == ()
        assert len(app.feeds.import_opml(opml, here=True).added) == 1


WILD = """
from aggregator.model import ParsedEntry, ParsedFeed
from aggregator.plugins import hookimpl

def read(address):
    return ParsedFeed(entries=(ParsedEntry(id="1", title="Tide", content="<p>The\\x00 tide \\ud800comes\\x08 in.</p>"),))

@hookimpl
def sources():
    return {"wild": read}
"""


def test_what_no_database_can_hold_is_cut_from_what_a_plugin_reads(install: Install, tmp_path: Path) -> None:
    install("wild", WILD)
    with house(tmp_path) as app:
        app.store.feeds.add([a_spec("wild:one")], now=NOW)
        assert app.polling.poll(PollOptions()).failed == []
        assert app.store.stories.get(1).text == "The tide comes in."


TRIPPED = "RuntimeError: the room is locked"
HARM = """
from aggregator.plugins import hookimpl

@hookimpl
def extract_page(url):
    {page}

@hookimpl
def digest_sections():
    raise SystemExit("no digest today")

def trip(*given):
    raise RuntimeError("the room\\nis locked")

@hookimpl
def sources():
    return {{"trip": trip}}

@hookimpl
def channels():
    return {{"trip": trip}}

@hookimpl
def rule_actions():
    return {{"trip": trip}}
"""


@pytest.mark.parametrize("page", ['raise ValueError("no such page")', "while True: pass"])
def test_a_plugin_that_fails_costs_a_line(
    install: Install, board: str, tmp_path: Path, page: str, caplog: pytest.LogCaptureFixture
) -> None:
    install("harm", HARM.format(page=page))
    install("board", EXAMPLES["board"])
    digests = {"noon": DigestConfig(at="12:00", to=("trip:somewhere",))}
    html = b"<html><head><title>Harbour</title></head><body><article>" + b"<p>The harbour opens at nine.</p>" * 9
    with Server({"/a": Reply(body=html, headers=(("Content-Type", "text/html"),))}) as server:
        rows = f"title,url,date\nHarbour opens,{server.url('/a')},2026-03-05T08:00:00Z\n"
        (tmp_path / "notices.csv").write_text(rows, "utf-8")
        with house(tmp_path, digests=digests, workers=WorkersConfig(timeout_s=4.0)) as app:
            app.feeds.add_local(board)
            app.store.feeds.add([a_spec("trip:over")], now=NOW)
            app.rules.add("harbour", "harbour", ["trip", "star"])
            with caplog.at_level(logging.WARNING):
                report = app.polling.poll(PollOptions())
                (published,) = app.publishing.publish_due()
                sent = app.mailing.send_due()
            story = app.store.stories.get(1)
    assert story.text
    assert "opens at nine" in story.text
    assert story.is_starred
    assert published.digest.events == 1
    assert sent.deferred == 1
    assert [(f.url, f.error) for f in report.failed] == [("trip:over", TRIPPED)]
    said = [record for record in caplog.records if record.name.startswith("aggregator")]
    assert [record.getMessage() for record in said] == [
        "a page is read without plugins",
        "plugin failed",
        "plugin failed",
        "plugin failed",
    ]
    assert [getattr(record, "error", None) for record in said[1:]] == [TRIPPED, "SystemExit: no digest today", TRIPPED]


def test_the_doctor_lists_plugins_and_says_what_is_wrong_with_one(install: Install, tmp_path: Path) -> None:
    install("broken", "import nothing_of_this_name")
    install("wrong", HARM.format(page="pass").replace("extract_page(url)", "extract_page(uri)"))
    install("quiet", HARM.format(page="pass"))
    with house(tmp_path, plugins=PluginsConfig(off=("quiet",))) as app:
        found = {f.what for f in examine(app) if "plugin" in f.what}
        listed = {p.name: p.trouble for p in app.resources.plugins.installed}
    assert listed["quiet"] == plugins.OFF
    assert len(found) == 2
    assert any("broken 1.2 cannot be used: ModuleNotFoundError" in what for what in found)
    assert any("wrong 1.2 cannot be used" in what and "uri" in what for what in found)


def test_one_that_never_answers_is_left_behind(install: Install, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(plugins, "PATIENCE_S", 0.05)
    done = threading.Event()
    with pytest.raises(PluginFailed, match="no answer within"):
        plugins._Call("slow", done.wait)()
    done.set()


def test_plugins_are_asked_by_name_and_the_first_that_offers_a_thing_keeps_it(install: Install) -> None:
    said = "from aggregator.plugins import hookimpl\n@hookimpl\ndef rule_actions():\n    return {'ring': lambda s: s.append('NAME')}\n"
    for name in ("zebra", "apple"):
        install(
            name, said.replace("NAME", name) + "@hookimpl\ndef extract_page():\n    return 'NAME'".replace("NAME", name)
        )
    found = plugins.load()
    heard: list[str] = []
    found.actions["ring"](heard)  # type: ignore[arg-type]
    assert heard == ["apple"]
    assert list(found.answers("extract_page")) == ["apple", "zebra"]
    assert [p.name for p in found.installed] == ["apple", "zebra"]
