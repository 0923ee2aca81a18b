"""What shells and `man` are told."""

from __future__ import annotations

import shutil
import subprocess

import pytest
from click.testing import CliRunner

from aggregator.cli import cli
from aggregator.cli.main import COMMANDS


def test_the_man_page_has_every_command() -> None:
    page = CliRunner().invoke(cli, ["man"]).output
    for name in COMMANDS:
        assert f".SS {name}" in page.replace("\\-", "-"), name


@pytest.mark.skipif(shutil.which("groff") is None, reason="groff is not installed")
def test_the_man_page_is_set_without_a_warning() -> None:
    page = CliRunner().invoke(cli, ["man"]).output
    done = subprocess.run(["groff", "-man", "-ww", "-Tutf8"], input=page.encode(), capture_output=True, check=True)
    assert done.stderr == b""


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_shells_are_told_how_to_complete(shell: str) -> None:
    script = CliRunner().invoke(cli, ["completion", shell]).output
    assert f"_AGGREGATOR_COMPLETE={shell}_complete" in script


def test_the_first_letters_of_a_command_are_completed() -> None:
    asked = {"_AGGREGATOR_COMPLETE": "bash_complete", "COMP_WORDS": "aggregator ev", "COMP_CWORD": "1"}
    done = CliRunner().invoke(cli, [], env=asked, prog_name="aggregator")
    assert done.output.split() == ["plain,events", "plain,event"]


def test_a_mistyped_command_is_answered_with_the_one_that_was_meant() -> None:
    done = CliRunner().invoke(cli, ["stroies"])
    assert done.exit_code == 2
    assert "No such command 'stroies'. Did you mean 'stories'?" in done.output
    assert "Did you mean" not in CliRunner().invoke(cli, ["xyzzy"]).output
