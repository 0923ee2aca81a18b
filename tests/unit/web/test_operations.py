"""What machines that watch this one are told, and who may ask."""

from __future__ import annotations

import base64

import pytest
from prometheus_client.parser import text_string_to_metric_families

from aggregator.app.app import App
from tests.unit.web.conftest import Visitor, visit

PASSWORD = "correct horse battery"


def samples(text: str) -> dict[str, float]:
    """Every sample by its name with its labels."""
    found = {}
    for family in text_string_to_metric_families(text):
        for sample in family.samples:
            labels = ",".join(f"{k}={v}" for k, v in sample.labels.items())
            found[f"{sample.name}{{{labels}}}" if labels else sample.name] = sample.value
    return found


def test_a_service_that_is_well_says_so_to_anybody_under_any_name(filled: App) -> None:
    filled.accounts.set_password("alice", PASSWORD)
    answer = visit(filled).get("/healthz", base_url="http://10.0.0.7:8080")
    assert (answer.status_code, answer.json) == (200, {"status": "ok"})
    assert "Set-Cookie" not in answer.headers


def test_a_service_that_hangs_is_not_well(filled: App, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(filled.polling.instruments, "what_hangs", lambda: "The poll has not got on for 40 minutes.")
    answer = visit(filled).get("/healthz")
    assert answer.status_code == 503
    assert answer.json == {"status": "failing", "why": "The poll has not got on for 40 minutes."}


def test_figures_tell_what_is_stored_and_what_was_done(visitor: Visitor, filled: App) -> None:
    counts = filled.polling.instruments
    with counts.poll():
        counts.feed("failed", 0.2)
    counts.digest("sent", 2)
    found = samples(visitor.get("/metrics").text)
    assert found["aggregator_feeds{state=active}"] == 3
    assert found["aggregator_stories"] == 4
    assert found["aggregator_events"] == 2
    assert found["aggregator_feeds_due"] == 3
    assert found["aggregator_feeds_failing"] == 0
    assert found["aggregator_feed_polls_total{outcome=failed}"] == 1
    assert found["aggregator_feed_fetch_seconds_bucket{le=0.25}"] == 1
    assert found["aggregator_poll_seconds_count"] == 1
    assert found["aggregator_digests_total{outcome=sent}"] == 2
    assert found["aggregator_database_bytes"] > 0


def test_figures_are_for_readers_only_once_there_is_a_password(filled: App) -> None:
    filled.accounts.set_password("alice", PASSWORD)
    visitor = visit(filled)
    refused = visitor.get("/metrics")
    assert refused.status_code == 401
    assert "Basic" in refused.headers["WWW-Authenticate"]
    secret = filled.access.make("alice", "prometheus")
    token = base64.b64encode(f"alice:{secret}".encode()).decode()
    assert "aggregator_stories 4.0" in visitor.get("/metrics", headers={"Authorization": f"Basic {token}"}).text


def test_a_stranger_who_has_our_browser_ask_under_a_name_of_its_own_gets_no_figures(visitor: Visitor) -> None:
    assert visitor.get("/metrics", base_url="http://evil.example").status_code == 421
