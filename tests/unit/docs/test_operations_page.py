"""Every figure that is served is explained."""

from __future__ import annotations

import re
from pathlib import Path

from prometheus_client.parser import text_string_to_metric_families

from aggregator.app.app import open_app
from aggregator.config import Config
from aggregator.web.exposition import text

PAGE = Path(__file__).parents[3] / "docs" / "operations.md"


def test_figures_and_their_page_agree(tmp_path: Path) -> None:
    with open_app(Config(timezone="UTC"), db=tmp_path / "a.db") as app:
        families = text_string_to_metric_families(text(app.watching.figures()).decode())
        served = {family.name for family in families if family.name.startswith("aggregator_")}
    told = {name.removesuffix("_total") for name in re.findall(r"`(aggregator_[a-z_]+)", PAGE.read_text("utf-8"))}
    only_later = {"aggregator_last_poll_timestamp_seconds", "aggregator_last_edition_timestamp_seconds"}
    assert served | only_later == told
