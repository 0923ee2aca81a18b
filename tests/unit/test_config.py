"""Settings: file, environment, and what is said when they are wrong."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from aggregator import config
from aggregator.errors import ConfigError


def write(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "aggregator.toml"
    path.write_text(text)
    return path


def test_without_a_file_the_defaults_hold(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    assert config.load(environ={}).pages.backfill == 20


def test_the_environment_wins_over_the_file(tmp_path: Path) -> None:
    path = write(tmp_path, "[pages]\nbackfill = 5\n[fetch]\nhost_gap_s = 2.5\n")
    loaded = config.load(path, {"AGGREGATOR_PAGES_BACKFILL": "7"})
    assert (loaded.pages.backfill, loaded.fetch.host_gap_s) == (7, 2.5)


def test_lists_are_parted_by_commas_in_the_environment() -> None:
    loaded = config.load(environ={"AGGREGATOR_FETCH_ALLOW_NETWORKS": "127.0.0.0/8, 10.0.0.0/8"})
    assert loaded.fetch.allow_networks == ("127.0.0.0/8", "10.0.0.0/8")


def test_a_secret_may_be_in_a_file_and_is_never_shown(tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("hunter2\n")
    loaded = config.load(environ={"AGGREGATOR_MAIL_PASSWORD_FILE": str(tmp_path / "secret")})
    assert loaded.mail.password == "hunter2"
    assert "hunter2" not in json.dumps(config.shown(loaded))


@pytest.mark.parametrize(
    "pair",
    [
        {"AGGREGATOR_WORKERS_ENGINE": "dask", "AGGREGATOR_WORKERS_SCHEDULER": "tcp://10.0.0.5:8786"},
        {"AGGREGATOR_LLM_URL": "http://localhost:11434/v1", "AGGREGATOR_LLM_MODEL": "small"},
    ],
    ids=["workers", "llm"],
)
def test_settings_that_need_each_other_may_both_be_variables(pair: dict[str, str]) -> None:
    assert config.load(environ=pair)
    alone = dict(list(pair.items())[:1])
    with pytest.raises(ConfigError, match=r"say where|name the model"):
        config.load(environ=alone)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[fetch]\nhost_gab_s = 1\n", "host_gab_s"),
        ("[fetsch]\nworkers = 1\n", "fetsch"),
        ("[pages]\nbackfill = 'many'\n", "pages.backfill"),
        ("[digests.evening]\n[digests.morning]\nat = 7\n", r"\[digests.morning.at\]"),
        ("[digests.morning]\nat = '25:00'\n", r"\[digests.morning\] at: .* time of day"),
        ("[retention.folders.'A']\ndays = 1\n[retention.folders.'B']\ndays = -1\n", r"\[retention.folders.B.days\]"),
        ("[digests.morning]\ndays = 'mon-frei'\n", "names no days"),
        ("[digests.morning]\ntz = 'Mars/Base'\n", "time zone"),
        ("timezone = '/etc/passwd'\n", "time zone"),
        ("[fetch]\nallow_networks = ['10.0.0.0/8', 'home']\n", "allow_networks"),
        ("[fetch]\nworkers = 0\n", "fetch.workers"),
        ("[web]\nport = 123456\n", "web.port"),
        ("[web]\npublic_url = 'news.example.org'\n", "public_url: .* write it as https"),
        ("[web]\npublic_url = 'https://news.example.org/?a=1'\n", "public_url"),
        ("[web]\npublic_url = 'https://[::1'\n", "public_url"),
        ("[web]\npublic_url = 'ftp://news.example.org'\n", "public_url"),
        ("[web]\npublic_url = 'https:///news'\n", "public_url"),
        ("[mail]\nhost = 'mail.example.org:587'\n", r"\[mail\] host: .* the port as port"),
        ("[mail]\nhost = '[mail]'\n", "host"),
        ("[mail]\nsender = 'me@[::1]'\n", r"write it as me@\[IPv6:::1\]"),
        ("[mail]\nsender = 'me@[IPv6:10.0.0.1]'\n", r"write it as me@\[10.0.0.1\]"),
        ("[mail]\nsender = 'me@[IPv6:zz]'\n", "no mail address"),
        ("[pages\n", "not TOML"),
    ],
)
def test_a_wrong_file_is_named_with_the_key(tmp_path: Path, text: str, said: str) -> None:
    path = write(tmp_path, text)
    with pytest.raises(ConfigError, match=said) as caught:
        config.load(path, {})
    assert str(path) in str(caught.value)
    assert "\n" not in str(caught.value)


def test_addresses_are_taken_as_people_write_them(tmp_path: Path) -> None:
    text = "[web]\npublic_url = 'https://[2001:db8::25]:8443/news/'\n[mail]\nhost = '[::1]'\nsender = 'N <me@[IPv6:::1]>'\n"
    loaded = config.load(write(tmp_path, text), {})
    assert (loaded.web.public_url, loaded.mail.host) == ("https://[2001:db8::25]:8443/news", "::1")


def test_an_empty_public_url_is_none(tmp_path: Path) -> None:
    assert config.load(write(tmp_path, ""), {"AGGREGATOR_WEB_PUBLIC_URL": ""}).web.public_url is None
    assert config.load(write(tmp_path, "[web]\npublic_url = ''\n"), {}).web.public_url is None


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("AGGREGATOR_FETCH_WROKERS", "3"),
        ("AGGREGATOR_FETCH_WORKERS", "many"),
        ("AGGREGATOR_MAIL_PASSWORD_FILE", "/nowhere"),
        ("AGGREGATOR_FETCH_ALLOW_NETWORKS", "home"),
        ("AGGREGATOR_WEB_PORT", "-1"),
        ("AGGREGATOR_DIGESTS_MORNING_AT", "late"),
        ("AGGREGATOR_DIGESTS_MORNING_HOUR", "7"),
        ("AGGREGATOR_NONSENSE", "1"),
    ],
)
def test_a_wrong_variable_is_named(name: str, value: str) -> None:
    with pytest.raises(ConfigError, match=name):
        config.load(environ={name: value})


def test_a_named_digest_can_be_set_in_the_environment() -> None:
    environ = {"AGGREGATOR_DIGESTS_MORNING_AT": "06:30", "AGGREGATOR_DIGESTS_MORNING_MAX_EVENTS": "5"}
    assert config.load(environ=environ).digests["morning"] == config.DigestConfig(at="06:30", max_events=5)


def test_a_settings_file_that_was_named_must_exist(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="There is no settings file"):
        config.load(tmp_path / "absent.toml", {})


def test_settings_are_read_again_only_when_one_of_their_files_has_changed(tmp_path: Path) -> None:
    path = write(tmp_path, "[pages]\nbackfill = 5\n")
    secret = tmp_path / "secret"
    secret.write_text("hunter2\n")
    settings = config.Settings(path, {"AGGREGATOR_MAIL_PASSWORD_FILE": str(secret)})
    first = settings()
    assert settings() is first
    write(tmp_path, "[pages]\nbackfill = 50\n")
    assert settings().pages.backfill == 50
    secret.write_text("hunter22\n")
    assert settings().mail.password == "hunter22"
    path.write_text("[pages")
    with pytest.raises(ConfigError):
        settings()
    write(tmp_path, "[pages]\nbackfill = 6\n")
    assert settings().pages.backfill == 6
