"""Two readers with windows, worked by their keys: what they read and mark is seen here, and back."""

from __future__ import annotations

import contextlib
import json
import os
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from xml.sax.saxutils import quoteattr

import pytest

from tests.support.browser import program
from tests.support.desktop import Desktop, desktop, sealed, until
from tests.support.house import STORIES, House

pytestmark = pytest.mark.skipif(not os.environ.get("SOAK"), reason="starts programs with windows: make soak")


@pytest.fixture
def screen(tmp_path: Path) -> Iterator[Desktop]:
    with desktop(tmp_path / "home") as made:
        yield made


def rows(path: Path, query: str) -> list[tuple[Any, ...]]:
    """What a program's own database says; nothing while it is being made."""
    with (
        contextlib.suppress(sqlite3.OperationalError),
        contextlib.closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as conn,
    ):
        return conn.execute(query).fetchall()
    return []


LIFEREA = """<?xml version="1.0"?>
<opml version="1.0"><head><title>Feeds</title></head><body>
<outline title="House" text="House" type="source" id="house" sourceType="fl_google_reader" xmlUrl={address} updateInterval="-1"
 username="alice" password={secret} expanded="true"/></body></opml>
"""


def test_liferea_reads_every_feed_and_marks(house: House, screen: Desktop) -> None:
    command = program("liferea", "liferea"), "--disable-plugins"
    folder = screen.home / "config" / "liferea"
    folder.mkdir()
    (folder / "feedlist.opml").write_text(
        LIFEREA.format(address=quoteattr(house.address), secret=quoteattr(house.secret))
    )
    kept = screen.home / "data" / "liferea" / "liferea.db"

    def titles(where: str = "1") -> list[str]:
        return [title for (title,) in rows(kept, f"SELECT title FROM items WHERE {where}")]

    with screen.running(*command):
        assert until(lambda: len(titles()) == len(STORIES) + 1)
        texts = dict(rows(kept, "SELECT title, description FROM items"))
        assert "Trains stand still." in texts["Storm leaves 300,000 in the dark"]
        assert until(lambda: house.unread() < {1, 2, 3, 4}, doing=lambda: screen.press("Liferea", "ctrl+n"))
        assert titles("read")  # of its own: 1.14 looks for marks of a server in a way that no JSON can have them


RSSGUARD = """[feeds]
feeds_update_on_startup=true
feeds_update_on_startup_delay=1

[main]
first_run=false
first_run_4.0.4=false

[keyboard]
m_actionUpdateAllItems=Ctrl+1
m_actionMarkAllItemsRead=Ctrl+2
m_actionSelectNextItem=Ctrl+3
m_actionSelectNextMessage=Ctrl+4
m_actionSwitchImportanceOfSelectedMessages=Ctrl+5
"""
ACCOUNTS = {
    "google reader": ("greader", {"service": 1024, "username": "alice", "password": True}),
    "google reader, all numbers first": (
        "greader",
        {"service": 1024, "username": "alice", "password": True, "intelligent_synchronization": True},
    ),
    "freshrss": ("greader", {"service": 1, "username": "alice", "password": True}),
    "nextcloud": ("owncloud", {"auth_username": "alice", "auth_password": True, "force_update": False}),
}


@pytest.mark.parametrize("account", list(ACCOUNTS))
def test_rssguard_reads_every_feed_and_marks(house: House, screen: Desktop, account: str) -> None:
    folder = screen.home / "rssguard"
    (folder / "config").mkdir(parents=True)
    (folder / "config" / "config.ini").write_text(RSSGUARD)
    (folder / "config" / "key.private").write_text("0")
    command = program("rssguard", "rssguard"), "-d", folder
    kept = folder / "database" / "database.db"
    with screen.running(*command):
        assert until(lambda: rows(kept, "SELECT name FROM sqlite_master WHERE name = 'LabelsInMessages'"))
    _subscribe(kept, account, house)

    def messages(where: str = "1") -> set[str]:
        return {title for (title,) in rows(kept, f"SELECT title FROM Messages WHERE {where}")}

    def press(*keys: str) -> None:
        screen.press("RSS Guard", *keys)

    with screen.running(*command):
        assert until(lambda: len(rows(kept, "SELECT 1 FROM Messages")) == len(STORIES) + 1)
        assert {title for (title,) in rows(kept, "SELECT title FROM Feeds")} == {
            "Events", "The Courier", "The Post", "The Radio"
        }  # fmt: skip
        house.app.marks.read(1, [4])
        assert until(lambda: "إضراب القطارات" in messages("is_read"), doing=lambda: press("ctrl+1"))
        assert until(lambda: house.unread() == set(), doing=lambda: press("ctrl+2", "ctrl+1"))
        assert until(
            lambda: any(house.marks(n)[1] for n in range(1, 5)),
            doing=lambda: press("ctrl+3", "ctrl+4", "ctrl+5", "ctrl+1"),
        )


def _subscribe(kept: Path, account: str, house: House) -> None:
    """Give the program an account, as its own form would."""
    kind, settings = ACCOUNTS[account]
    settings = {
        name: sealed(house.secret) if value is True and "password" in name else value
        for name, value in settings.items()
    }
    settings |= {
        "url": house.address,
        "batch_size": 100,
        "download_only_unread": False,
        "fetch_newer_than": "2020-01-01",
    }
    with contextlib.closing(sqlite3.connect(kept)) as conn, conn:
        conn.execute("INSERT INTO Accounts (type, custom_data) VALUES (?, ?)", (kind, json.dumps(settings)))
