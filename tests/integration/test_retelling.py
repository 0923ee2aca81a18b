"""A model's words in a digest, from an endpoint on this machine that stands in for one."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from aggregator import render
from aggregator.app.retelling import Retelling
from aggregator.config import LlmConfig, load, shown
from aggregator.errors import ConfigError
from aggregator.fetch import Client, FetchOptions
from aggregator.model import Digest
from tests.support.digests import a_digest

GOOD = "At least 14 people were killed by an earthquake in southern Cordania. Soldiers were digging for survivors."


class Model:
    """The stand-in: answers what it is told to, and keeps what it was asked."""

    def __init__(self) -> None:
        self.answer: str | None = GOOD
        self.status = 200
        self.asked: list[tuple[str, dict[str, str], Any]] = []
        model = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                model.asked.append((self.path, dict(self.headers), body))
                answer = {"choices": [{"message": {"role": "assistant", "content": model.answer}}]}
                said = json.dumps(answer if model.answer is not None else {"error": "no"}).encode()
                self.send_response(model.status)
                self.send_header("Content-Length", str(len(said)))
                self.end_headers()
                self.wfile.write(said)

            def log_message(self, *_: object) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        self.url = f"http://127.0.0.1:{self.server.server_port}/v1"


@pytest.fixture
def model() -> Iterator[Model]:
    made = Model()
    yield made
    made.server.shutdown()
    made.server.server_close()


def retold(model: Model, **over: Any) -> Digest:
    settings = LlmConfig(**{"url": model.url, "model": "small", "key": "secret", "timeout_s": 5.0, **over})
    with Client(FetchOptions()) as client:
        return Retelling(settings, lambda: client).retold(a_digest())


def summary(digest: Digest) -> str | None:
    return digest.sections[0].events[0].summary


def test_a_good_summary_is_shown_everywhere_with_its_sources(model: Model) -> None:
    digest = retold(model)
    assert summary(digest) == GOOD
    ((path, headers, body),) = model.asked
    assert path == "/v1/chat/completions"
    assert headers["Authorization"] == "Bearer secret"
    said = json.loads(body["messages"][1]["content"])["sentences"]
    assert said == [s.text for s in digest.sections[0].events[0].sentences]
    _, text, html = render.digest_mail(digest)
    for surface in (
        text, html, render.digest_text(digest), render.digest_html(digest), render.digest_markdown(digest),
        render.digest_text(render.digest_from_json(render.digest_json(digest))),
    ):  # fmt: skip
        assert "At least 14 people were killed by an earthquake" in " ".join(surface.split())
        assert "model’s words" in " ".join(surface.split())
    assert "Meridian Wire</a>" in html


@pytest.mark.parametrize(
    "answer",
    ["At least 40 people were killed by an earthquake in southern Cordania, officials said.", "Buy gold now.", None],
)
def test_an_answer_that_is_not_borne_out_leaves_the_sentences(model: Model, answer: str | None) -> None:
    model.answer = answer
    digest = retold(model)
    assert summary(digest) is None
    assert digest.sections[0].events[0].sentences[0].text in " ".join(render.digest_mail(digest)[1].split())


def test_an_endpoint_that_fails_costs_nothing_but_its_words(model: Model) -> None:
    model.status = 500
    assert summary(retold(model)) is None
    model.server.shutdown()
    model.server.server_close()
    assert summary(retold(model, timeout_s=1.0)) is None


def test_nothing_is_asked_unless_the_settings_name_an_endpoint(model: Model) -> None:
    assert summary(retold(model, url=None)) is None
    assert summary(retold(model, events=0)) is None
    assert model.asked == []


def test_the_settings_say_what_they_lack_and_hide_the_key(tmp_path: Path) -> None:
    path = tmp_path / "a.toml"
    for text in ('[llm]\nurl = "http://localhost/v1"\n', '[llm]\nurl = "localhost"\nmodel = "x"\n'):
        path.write_text(text)
        with pytest.raises(ConfigError, match="llm"):
            load(path, {})
    path.write_text("")
    config = load(path, {"AGGREGATOR_LLM_KEY": "hush"})
    assert config.llm.key == "hush"
    assert "hush" not in json.dumps(shown(config))
