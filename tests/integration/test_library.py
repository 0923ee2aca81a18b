"""The program as a library, as the package's own docstring shows it."""

from __future__ import annotations

import re
import textwrap
from pathlib import Path

import pytest

import aggregator
from tests.support.newsroom import END, loopback, on_the_air


def test_the_example_reads_a_feed_and_tells_its_events(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert aggregator.__doc__
    example = textwrap.dedent("\n".join(re.findall(r"^    .*|^$", aggregator.__doc__, re.MULTILINE)))
    with on_the_air() as server:
        example = (
            example.replace("https://example.org/feed.xml", server.feed_urls[0])
            .replace("Config()", "loopback()")
            .replace('db=Path("news.db")', 'db=Path("news.db"), clock=lambda: END')
            .replace('Path("news.db")', repr(tmp_path / "news.db").replace("PosixPath", "Path"))
        )
        exec(example, {"loopback": loopback, "END": END})
    printed = capsys.readouterr().out
    assert re.match(r"1 \S+", printed)
    assert len(printed.splitlines()) > 5


def test_every_name_that_is_offered_is_there() -> None:
    assert all(getattr(aggregator, name) is not None for name in aggregator.__all__)
    assert set(aggregator.__all__) <= set(dir(aggregator)), "for whoever types a name and presses Tab"
    with pytest.raises(AttributeError, match="no attribute 'nothing'"):
        _ = aggregator.nothing
