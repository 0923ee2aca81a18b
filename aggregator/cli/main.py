"""The top of the command line: global options, and commands that are loaded when they are called."""

from __future__ import annotations

import difflib
import errno
import importlib
import io
import os
import sys
from pathlib import Path
from typing import Any

import click

from aggregator import __version__
from aggregator.cli import speech
from aggregator.cli.helping import SpokenFormatter
from aggregator.cli.session import Session
from aggregator.errors import AggregatorError, QueryError
from aggregator.text.phrases import retell
from aggregator.text.tongue import mark

__all__ = ["cli"]

click.Context.formatter_class = SpokenFormatter  # of every command, wherever it is made

SHOWN = 100  # characters of a query that cannot be understood

# name -> (module, line for --help): `aggregator --help` loads none of the modules.
COMMANDS = {
    "feeds": ("feeds", mark("Subscriptions: import, export, add, list, remove, next.")),
    "poll": ("poll", mark("Ask feeds that are due, scrape new pages, find copies and events.")),
    "stories": ("stories", mark("List stories, newest first, or those that match a query.")),
    "story": ("stories", mark("Show one story.")),
    "events": ("events", mark("List events, the latest first.")),
    "event": ("events", mark("Show one event: outlets, reports, timeline, and why its stories are together.")),
    "mark": ("mark", mark("Mark stories and events read, starred, tagged, muted; undo.")),
    "topics": ("topics", mark("Named queries that you follow: add, list, show, remove, export.")),
    "rules": ("rules", mark("What happens by itself to stories that match: test, add, apply, undo.")),
    "outlets": ("stats", mark("List outlets: stories, copies, events, how often first.")),
    "stats": ("stats", mark("Count what is stored, and what is unread.")),
    "sql": ("stats", mark("Ask the database itself, read-only.")),
    "backup": ("keep", mark("Copy the database into one file, while others read and write.")),
    "restore": ("keep", mark("Put a backup in the place of the database.")),
    "vacuum": ("keep", mark("Drop what is past its time, and give the space back.")),
    "import": ("archive", mark("Bring an archive in: story lines, FreshRSS, Google Reader, newsboat.")),
    "export": ("archive", mark("Print stories as story lines.")),
    "datasette": ("stats", mark("Print Datasette's metadata for the database.")),
    "pages": ("pages", mark("Article pages by hand: preview, reextract.")),
    "digest": ("digest", mark("What happened since you last looked, each event once.")),
    "digests": ("digests", mark("Digests at a time of day: add, preview, send, audit, remove.")),
    "mail": ("mail", mark("Try the mail settings.")),
    "service": ("mail", mark("Install a systemd unit that keeps `run` going.")),
    "run": ("run", mark("Poll, scrape, cluster and serve the page until stopped.")),
    "serve": ("run", mark("Serve the page only.")),
    "demo": ("demo", mark("A made-up newsroom through the real pipeline, day by day.")),
    "users": ("users", mark("Readers and their passwords: set, list, remove.")),
    "completion": ("manual", mark("What makes bash, zsh or fish complete commands.")),
    "man": ("manual", mark("Print the man page.")),
    "doctor": ("doctor", mark("Look for trouble; one line for each finding, with what mends it.")),
    "config": ("config", mark("Show or check the settings.")),
    "parse": ("filters", mark("Filter: feed files to JSON lines.")),
    "extract": ("filters", mark("Filter: article pages to JSON lines.")),
    "dedupe": ("filters", mark("Filter: story lines to decisions about copies.")),
    "cluster": ("filters", mark("Filter: story lines to decisions about events.")),
    "brief": ("filters", mark("Filter: events with stories to short accounts.")),
    "edit": ("edit", mark("Your hands on events: split, join, pin, undo, log.")),
    "copies": ("edit", mark("Why two stories count as copies or not; undo.")),
    "bench": ("bench", mark("Score copies and events on labelled sets.")),
    "rebuild": ("poll", mark("Decide all copies and events anew; your edits stay.")),
}


def _prepare_output() -> None:
    """Data for programs is UTF-8 whatever the locale says; an output that was closed (`>&-`) takes everything."""
    for name in ("stdout", "stderr"):
        stream = getattr(sys, name)
        if stream is None:
            setattr(sys, name, Path(os.devnull).open("w"))  # noqa: SIM115 (for as long as the program runs)
        elif isinstance(stream, io.TextIOWrapper) and not stream.isatty():
            stream.reconfigure(encoding="utf-8", errors="backslashreplace")


def _point_at(error: QueryError) -> None:
    """Show the query, or as much of it as fits, with a caret under the place."""
    from aggregator.render.columns import width_of

    start = max(0, error.column - SHOWN // 2)
    before, after = error.query[start : error.column], error.query[error.column : start + SHOWN]
    click.echo(f"  {before}{after}\n  {' ' * width_of(before)}^", err=True)


def _drop_output() -> None:
    """What could not be written is not tried again when the interpreter ends."""
    try:
        sys.stdout.flush()
    except OSError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


class LazyGroup(click.Group):
    """A group that knows its commands by name, and loads one when it is called."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 (click's signature)
        """Commands in the order of the table."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, name: str) -> click.Command | None:  # noqa: ARG002 (click's signature)
        """Load a command."""
        if name not in COMMANDS:
            return None
        module = importlib.import_module(f"aggregator.cli.{COMMANDS[name][0]}")
        command: click.Command = getattr(module, "import_" if name == "import" else name)
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Find the command; a mistyped one is answered with the one that was probably meant."""
        try:
            return super().resolve_command(ctx, args)
        except click.UsageError as error:
            near = difflib.get_close_matches(args[0], COMMANDS, n=1)  # click would look among those that are loaded
            if not near:
                raise
            raise click.UsageError(f"{error.message} Did you mean '{near[0]}'?", ctx) from None

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002 (click's signature)
        """List the commands without loading them."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, text) for name, (_, text) in COMMANDS.items()])

    def invoke(self, ctx: click.Context) -> Any:
        """Run, and say errors in one line: exit 1, or 2 for a query that cannot be understood."""
        try:
            result = super().invoke(ctx)
            sys.stdout.flush()  # what cannot be written is an error here, not at the interpreter's end
            return result  # noqa: TRY300 (the flush belongs to what is tried)
        except QueryError as error:
            click.echo(f"aggregator: {retell(str(error), speech.tongue())}", err=True)
            if error.query:
                _point_at(error)
            ctx.exit(2)
        except AggregatorError as error:
            click.echo(f"aggregator: {retell(str(error), speech.tongue())}", err=True)
            ctx.exit(1)
        except OSError as error:
            if error.errno == errno.EPIPE:  # the reader of our output has seen enough; click ends quietly
                raise
            click.echo(f"aggregator: {error.filename or 'the output'}: {error.strerror or error}", err=True)
            _drop_output()
            ctx.exit(1)


@click.group(
    cls=LazyGroup,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    epilog=mark("Start with: aggregator feeds import && aggregator poll && aggregator digest"),
)
@click.option(
    "--db", type=click.Path(path_type=Path, dir_okay=False), envvar="AGGREGATOR_DB", help="The database file."
)
@click.option(
    "--config",
    "config_path",
    type=click.Path(path_type=Path, dir_okay=False),
    envvar="AGGREGATOR_CONFIG",
    help="The settings file.",
)
@click.option("--now", envvar="AGGREGATOR_NOW", metavar="ISO", help="The time to take for now: demos, replays, tests.")
@click.version_option(__version__, prog_name="aggregator")
@click.pass_context
def cli(ctx: click.Context, db: Path | None, config_path: Path | None, now: str | None) -> None:
    """Your news, each event told once.

    Polls feeds, reads article pages, finds copies and events, and tells you what is new.
    """
    _prepare_output()
    ctx.obj = Session(db=db, config_path=config_path, now=now)
    speech.follow(ctx, ctx.obj.config)
