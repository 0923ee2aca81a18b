"""`aggregator completion` and `aggregator man`: what shells and `man` want to know of the commands."""

from __future__ import annotations

import re
from collections.abc import Iterator

import click

from aggregator import __version__
from aggregator.cli.helping import blocks, said
from aggregator.cli.speech import _

__all__ = ["completion", "man", "manual"]

_LEADING = re.compile(r"^([.'])", re.MULTILINE)  # what roff would take for a request


@click.command()
@click.argument("shell", type=click.Choice(["bash", "zsh", "fish"]))
def completion(shell: str) -> None:
    """Print what makes the shell complete commands and options.

    \b
    Examples:
      aggregator completion bash > ~/.local/share/bash-completion/completions/aggregator
      aggregator completion zsh > "${fpath[1]}/_aggregator"
      aggregator completion fish > ~/.config/fish/completions/aggregator.fish
    """
    from click.shell_completion import get_completion_class

    from aggregator.cli.main import cli

    kind = get_completion_class(shell)
    if kind is None:
        raise AssertionError(shell)
    made = kind(cli, {}, "aggregator", "_AGGREGATOR_COMPLETE")
    click.echo(made.source_template % made.source_vars())


@click.command()
def man() -> None:
    """Print the man page.

    \b
    Example:
      aggregator man | man -l -
    """
    from aggregator.cli.main import cli

    click.echo(manual(cli), nl=False)


def manual(cli: click.Group) -> str:
    """The man page of all commands, in roff (man(7))."""
    context = click.Context(cli, info_name="aggregator", **cli.context_settings)
    lines = [
        f'.TH AGGREGATOR 1 "" "aggregator {__version__}" "{_("User Commands")}"',
        f".SH {_('NAME')}",
        f"aggregator \\- {_text(_('a news reader that tells each event once'))}",
        f".SH {_('SYNOPSIS')}",
        ".B aggregator",
        "[OPTIONS] COMMAND [ARGS]...",
        f".SH {_('DESCRIPTION')}",
        *_paragraphs(cli.help or ""),
        f".SH {_('OPTIONS')}",
        *_options(cli, context),
        f".SH {_('COMMANDS')}",
    ]
    for path, command, inner in _commands(cli, "", context):
        usage = " ".join([path, *command.collect_usage_pieces(inner)])
        lines += [f".SS {_text(usage)}", *_paragraphs(command.help or ""), *_options(command, inner)]
    lines += [
        f".SH {_('EXIT STATUS')}",
        _text(
            _(
                "0: done. 1: it could not be done, or not all of it; a line on stderr says why."
                " 2: the command line, or a query in it, cannot be understood."
            )
        ),
        f".SH {_('ENVIRONMENT')}",
        f".TP\n.B AGGREGATOR_DB, AGGREGATOR_CONFIG, AGGREGATOR_NOW\n{_text(_('As the options of these names.'))}",
        f".TP\n.B AGGREGATOR_SECTION_KEY\n{_text(_('The setting [section] key.'))}",
        f".TP\n.B NO_COLOR\n{_text(_('No colours, if it is set and not empty.'))}",
        f".SH {_('FILES')}",
        f".TP\n.I $XDG_DATA_HOME/aggregator/aggregator.db\n{_text(_('The stories.'))}",
        f".TP\n.I $XDG_CONFIG_HOME/aggregator/aggregator.toml\n{_text(_('The settings.'))}",
    ]
    return "\n".join(lines) + "\n"


def _commands(
    group: click.Group, path: str, context: click.Context
) -> Iterator[tuple[str, click.Command, click.Context]]:
    """Every command that does something, with its path below `aggregator`."""
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        if command is None or command.hidden:
            continue
        inner = click.Context(command, info_name=name, parent=context, **command.context_settings)
        if isinstance(command, click.Group):
            yield from _commands(command, f"{path}{name} ", inner)
        else:
            yield f"{path}{name}", command, inner


def _options(command: click.Command, context: click.Context) -> Iterator[str]:
    for parameter in command.get_params(context):
        record = parameter.get_help_record(context) if isinstance(parameter, click.Option) else None
        if record is not None and (command.name == "cli" or "--help" not in record[0]):
            yield f".TP\n.B {_text(record[0])}\n{_text(said(record[1]))}"


def _paragraphs(help_text: str) -> Iterator[str]:
    """A help text as roff; what click is told not to rewrap is set as it stands."""
    for block, as_it_is in blocks(help_text):
        yield f".PP\n.nf\n{_text(block)}\n.fi" if as_it_is else f".PP\n{_text(block)}"


def _text(text: str) -> str:
    escaped = text.replace("\\", "\\e").replace("-", "\\-")
    return _LEADING.sub(r"\\&\1", escaped)
