"""How we introduce ourselves."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import aggregator
from aggregator.fetch import user_agent
from aggregator.fetch.options import HOME_PAGE

ROOT = Path(__file__).parents[3]


def test_we_say_who_we_are_and_where_to_complain() -> None:
    assert re.fullmatch(rf"aggregator/{re.escape(aggregator.__version__)} \(\+https://\S+\)", user_agent())


def test_the_owner_can_name_a_contact_of_their_own() -> None:
    assert user_agent("mailto:me@a.example").endswith("(+mailto:me@a.example)")


def test_a_contact_cannot_add_headers() -> None:
    assert "\n" not in user_agent("x\r\nX-Evil: 1")


def test_the_page_named_without_metadata_is_the_projects() -> None:
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text())
    assert settings["project"]["urls"]["Homepage"] == HOME_PAGE
