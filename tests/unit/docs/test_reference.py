"""The reference pages follow the code."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from types import ModuleType

import pytest

DOCS = Path(__file__).parents[3] / "docs"


def generator() -> ModuleType:
    spec = importlib.util.spec_from_file_location("docs_generate", DOCS / "generate.py")
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize("name", ["commands.md", "settings.md", "aggregator.1"])
def test_the_page_is_what_the_code_says_now(name: str) -> None:
    written = (DOCS / "reference" / name).read_text("utf-8")
    assert written == generator().PAGES[name](), "run: python docs/generate.py"


def test_every_command_has_an_example_in_its_help() -> None:
    import click

    from aggregator.cli import cli

    context = click.Context(cli)
    for name in cli.list_commands(context):
        command = cli.get_command(context, name)
        assert command is not None
        assert "Example" in (command.help or ""), name
