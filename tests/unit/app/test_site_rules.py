"""Site rules from the reader's folder."""

from __future__ import annotations

from pathlib import Path

import pytest

from aggregator.app.app import open_app
from aggregator.app.doctor import examine
from aggregator.app.site_rules import read_rule_file, site_rules
from aggregator.config import Config, PagesConfig
from aggregator.errors import ConfigError


def test_every_rule_of_the_folder_counts_and_a_bad_one_is_named(tmp_path: Path) -> None:
    (tmp_path / "a.toml").write_text('hosts = ["a.example"]\nremove = [".promo"]', "utf-8")
    (tmp_path / "b.toml").write_text('host = ["b.example"]', "utf-8")
    (tmp_path / "notes.txt").write_text("not a rule", "utf-8")
    rules, problems = site_rules(PagesConfig(rules=str(tmp_path)))
    assert rules[0].hosts == ("a.example",)
    (problem,) = problems
    assert str(tmp_path / "b.toml") in problem
    assert "'host'" in problem


def test_a_folder_that_is_not_there_holds_no_rules(tmp_path: Path) -> None:
    assert site_rules(PagesConfig(rules=str(tmp_path / "none")))[1] == ()


def test_a_rule_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"gone\.toml"):
        read_rule_file(tmp_path / "gone.toml")


def test_the_doctor_names_a_rule_that_is_wrong(tmp_path: Path) -> None:
    (tmp_path / "b.toml").write_text('remove = ["::"]', "utf-8")
    config = Config(pages=PagesConfig(rules=str(tmp_path)))
    with open_app(config, db=tmp_path / "a.db") as app:
        assert any("b.toml" in finding.what for finding in examine(app))
