"""The demo beside other commands."""

from __future__ import annotations

from pathlib import Path

from click.testing import CliRunner

from aggregator.cli.main import cli


def test_the_demo_keeps_its_database_in_no_file_that_is_there_already(tmp_path: Path) -> None:
    mine = tmp_path / "mine.db"
    mine.write_text("mine")
    done = CliRunner().invoke(cli, ["demo", "--once", "--keep", str(mine)])
    assert done.exit_code == 2
    assert "is there already" in done.output
    assert mine.read_text() == "mine"
