"""Write the reference pages that follow from the code: `python docs/generate.py` (a test sees that they are up to date)."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import click
import msgspec

from aggregator.cli import cli
from aggregator.cli.manual import manual
from aggregator.config import Config

REFERENCE = Path(__file__).parent / "reference"


def commands() -> str:
    """Every command with its help, as the terminal shows it."""
    parts = ["# Commands\n\nWritten by `python docs/generate.py` from the program's own help.\n"]
    for path, command, context in _walk(cli, "aggregator", None):
        help_text = command.get_help(context)
        parts.append(f"## `{path}`\n\n```text\n{help_text}\n```\n")
    return "\n".join(parts)


def _walk(
    command: click.Command, path: str, parent: click.Context | None
) -> Iterator[tuple[str, click.Command, click.Context]]:
    context = command.context_class(
        command, info_name=path.rsplit(" ", 1)[-1], parent=parent, **command.context_settings
    )
    context.terminal_width = 100
    yield path, command, context
    if isinstance(command, click.Group):
        for name in command.list_commands(context):
            child = command.get_command(context, name)
            if child is not None and not child.hidden:
                yield from _walk(child, f"{path} {name}", context)


def settings() -> str:
    """Every setting with its default."""
    parts = [
        "# Settings\n",
        "Written by `python docs/generate.py`. The file is `$XDG_CONFIG_HOME/aggregator/aggregator.toml`; `[section] key` is",
        "also `AGGREGATOR_SECTION_KEY` in the environment, lists divided by commas. A secret may be in a file named by",
        "`AGGREGATOR_SECTION_KEY_FILE`. `aggregator config show` prints what is in force.\n",
    ]
    for field in msgspec.structs.fields(Config):
        kind = field.type
        if isinstance(kind, type) and issubclass(kind, msgspec.Struct):
            doc = (kind.__doc__ or "").strip().split("\n")[0]
            parts.append(f"## `[{field.name}]`\n\n{doc}\n")
            parts.append(_table(kind))
        elif field.name != "digests":
            parts.append(f"- `{field.name}`: {_default(field)}\n")
    from aggregator.config import DigestConfig  # noqa: PLC0415

    parts.append("## `[digests.NAME]`\n\nA named digest: when it is made, and for whom.\n")
    parts.append(_table(DigestConfig))
    return "\n".join(parts)


def _table(kind: type[msgspec.Struct]) -> str:
    rows = "\n".join(f"| `{f.name}` | {_default(f)} |" for f in msgspec.structs.fields(kind))
    return f"| key | default |\n|---|---|\n{rows}\n"


def _default(field: msgspec.structs.FieldInfo) -> str:
    value = field.default if field.default is not msgspec.NODEFAULT else None
    if field.default_factory is not msgspec.NODEFAULT:
        value = field.default_factory()
    if value is None:
        return "none"
    if isinstance(value, tuple):
        return "`" + ",".join(map(str, value)) + "`" if value else "empty"
    return f"`{str(value).lower() if isinstance(value, bool) else value}`"


def man_page() -> str:
    """The man page, as `aggregator man` prints it and the package installs it."""
    return manual(cli)


PAGES = {"commands.md": commands, "settings.md": settings, "aggregator.1": man_page}

if __name__ == "__main__":
    os.environ["LC_ALL"] = "C"  # the pages are in English, whatever this machine speaks
    for name, write in PAGES.items():
        (REFERENCE / name).write_text(write(), encoding="utf-8")
