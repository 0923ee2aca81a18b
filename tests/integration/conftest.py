"""A house with a reader in it, for the programs that read there."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from aggregator.app.app import open_app
from aggregator.config import Config
from tests.support.building import NOW
from tests.support.house import OWN, House
from tests.support.serving import served
from tests.unit.web.conftest import fill


@pytest.fixture(scope="module")
def furnished(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """A store with four stories and a reader, made once and copied for each test; and the password of her phone."""
    path = tmp_path_factory.mktemp("house") / "a.db"
    with open_app(Config(timezone="UTC"), db=path, clock=lambda: NOW) as app:
        fill(app)
        app.accounts.set_password("alice", OWN)
        return path, app.access.make("alice", "phone")


@pytest.fixture
def house(furnished: tuple[Path, str], tmp_path: Path) -> Iterator[House]:
    path, secret = furnished
    shutil.copy(path, tmp_path / "a.db")
    with open_app(Config(timezone="UTC"), db=tmp_path / "a.db", clock=lambda: NOW) as app, served(app) as address:
        yield House(app, address, secret)
