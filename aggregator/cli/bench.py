"""`aggregator bench`."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from aggregator.cli.listing import Output, list_options
from aggregator.cli.output import table_lines, terminal_width

__all__ = ["bench"]

COLUMNS = (
    "set", "stories", "labelled", "precision", "recall", "f1", "pair_f1", "online_f1", "copy_recall", "false_pairs", "cpu_ms",
)  # fmt: skip


@click.command()
@click.argument("folder", type=click.Path(exists=True, file_okay=False, path_type=Path))
@list_options
def bench(folder: Path, *, output: Output) -> None:
    """Score copies and events on labelled sets: every *.jsonl file of FOLDER whose lines have a "cluster".

    BCubed precision, recall and F1, F1 over pairs, F1 of what was decided at arrival, and CPU per story.

    \b
    Example:
      aggregator bench events/ --json
    """
    from aggregator.app.bench import bench as rows_of

    output.write(rows_of(folder), columns=COLUMNS, table=_print)


def _print(rows: Any) -> None:
    columns = [("set", 16), *((name, -max(len(name), 6)) for name in COLUMNS[1:])]
    click.echo(next(table_lines([{name: name for name in COLUMNS}], columns, width=max(terminal_width(), 120))))
    for row in rows:
        click.echo(next(table_lines([row], columns, width=max(terminal_width(), 120))))
