"""A program writes into its owner's settings file, and leaves everything else in it alone."""

from __future__ import annotations

from pathlib import Path

import pytest

from aggregator.app.settings_file import add_digest, remove_digest
from aggregator.config import load
from aggregator.errors import AlreadyExists, ConfigError, NotFound

OWN = """# my settings
timezone = "Europe/Lisbon"

[mail]
host = "mail.example.org" # at the office

[digests.evening]
at = "19:00"
# [digests.morning] is a comment
to = ["me@example.org",
  "you@example.org"]

[web]
port = 9000
"""


@pytest.fixture
def path(tmp_path: Path) -> Path:
    made = tmp_path / "aggregator.toml"
    made.write_text(OWN)
    made.chmod(0o640)
    return made


def test_what_is_added_and_removed_again_leaves_the_file_as_it_was(path: Path) -> None:
    add_digest(path, "morning", {"at": "07:00", "to": ['odd"quote@example.org'.replace('"', "")], "max_events": 5})
    settings = load(path, {}).digests["morning"]
    assert (settings.at, settings.to, settings.max_events) == ("07:00", ("oddquote@example.org",), 5)
    assert path.read_text().startswith(OWN)
    remove_digest(path, "morning")
    assert path.read_text().rstrip("\n") == OWN.rstrip("\n")
    assert path.stat().st_mode & 0o777 == 0o640


def test_a_section_in_the_middle_goes_and_the_others_stay(path: Path) -> None:
    remove_digest(path, "evening")
    assert load(path, {}).digests == {}
    assert path.read_text() == OWN[: OWN.index("\n[digests.evening]")] + OWN[OWN.index("[web]") :]


def test_a_file_is_made_where_there_is_none_for_its_owner_alone(tmp_path: Path) -> None:
    path = tmp_path / "new" / "aggregator.toml"
    add_digest(path, "morning", {"at": "07:00"})
    assert path.read_text() == '[digests.morning]\nat = "07:00"\n'
    assert path.stat().st_mode & 0o777 == 0o600


def test_what_cannot_be_done_safely_is_refused_and_the_file_stays(path: Path) -> None:
    with pytest.raises(AlreadyExists):
        add_digest(path, "evening", {})
    with pytest.raises(NotFound):
        remove_digest(path, "noon")
    for name in ("Morning", "a.b", "a b", "", "../x", 'x"]\n[web'):
        with pytest.raises(ConfigError):
            add_digest(path, name, {})
    assert path.read_text() == OWN
    path.write_text('digests = {morning = {at = "07:00"}}\n')
    with pytest.raises(ConfigError, match=r"by hand|TOML"):
        add_digest(path, "noon", {})
    with pytest.raises(ConfigError, match="by hand"):
        remove_digest(path, "morning")
    assert path.read_text() == 'digests = {morning = {at = "07:00"}}\n'
