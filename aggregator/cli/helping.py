"""Help in the language of the terminal: click lays it out, from the English of docstrings and options."""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterable, Iterator

import click

from aggregator.cli.speech import tongue
from aggregator.text.tongue import mark

__all__ = ["Group", "SpokenFormatter", "blocks", "said"]

# What click says by itself, and the lines above examples.
_CLICKS = (
    mark("Usage: "), mark("Options"), mark("Commands"), mark("Show this message and exit."), mark("Show the version and exit."),
    mark("Example:"), mark("Examples:"), mark("Example, for cron:"),
)  # fmt: skip
_UNWRAPPED = "\b\n"  # click's sign before a block that stands as it is


def said(text: str) -> str:
    """A sentence of help in the language of the terminal; what click adds to it, such as "[x>=1]", stays."""
    message, gap, added = text.partition("  [")
    return f"{tongue().gettext(message) if message else ''}{gap}{added}"


def blocks(help_text: str) -> Iterator[tuple[str, bool]]:
    """The blocks of a command's help in that language, each in one line, or with True as it is to stand."""
    for block in re.sub(r"(?m)^[ \t]+$", "", inspect.cleandoc(help_text)).split("\n\n"):
        block = block.strip("\n")  # noqa: PLW2901 (what a block is)
        if block.startswith(_UNWRAPPED):
            title, *examples = block.removeprefix(_UNWRAPPED).split("\n")
            yield "\n".join([said(title), *examples]), True
        elif block.strip():
            yield said(" ".join(block.split())), False


class SpokenFormatter(click.HelpFormatter):
    """Writes help in the language of the terminal."""

    def write_usage(self, prog: str, args: str = "", prefix: str | None = None) -> None:
        """The line that says how a command is called."""
        super().write_usage(prog, args, prefix or said("Usage: "))

    def write_heading(self, heading: str) -> None:
        """The line above a list."""
        super().write_heading(said(heading))

    def write_text(self, text: str) -> None:
        """What a command does, and examples."""
        super().write_text("\n\n".join(f"{_UNWRAPPED * as_it_is}{block}" for block, as_it_is in blocks(text)))

    def write_dl(self, rows: Iterable[tuple[str, str]], col_max: int = 30, col_spacing: int = 2) -> None:
        """Options or commands, each with what it does."""
        super().write_dl([(name, said(text)) for name, text in rows], col_max, col_spacing)


class Group(click.Group):
    """A group whose list has the first sentence of each command's help, in the language of the terminal."""

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """List the commands."""
        commands = [(name, self.get_command(ctx, name)) for name in self.list_commands(ctx)]
        limit = formatter.width - 6 - max(len(name) for name, _ in commands)
        with formatter.section("Commands"):
            formatter.write_dl([(name, _short(command, limit)) for name, command in commands if command])


def _short(command: click.Command, limit: int) -> str:
    first, _ = next(blocks(command.help or ""), ("", False))
    return click.Command(None, help=first).get_short_help_str(limit)  # cut to this length
