"""`aggregator bench`."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from aggregator.cli.output import format_of, output_options, table_lines, terminal_width, write_rows

__all__ = ["bench"]

COLUMNS = (
    "set", "stories", "labelled", "precision", "recall", "f1", "pair_f1", "online_f1", "copy_recall", "false_pairs", "cpu_ms",
)  # fmt: skip


@click.command()
@click.argument("folder", type=click.Path(exists=True, file_okay=False, path_type=Path))
@output_options
def bench(folder: Path, *, as_json: bool, as_ndjson: bool, as_csv: bool) -> None:
    """Score copies and events on labelled sets: every *.jsonl file of FOLDER whose lines have a "cluster".

    BCubed precision, recall and F1, F1 over pairs, F1 of what was decided at arrival, and CPU per story.

    \b
    Example:
      aggregator bench events/ --json
    """
    from aggregator.app.bench import bench as rows_of

    form = format_of(as_json=as_json, as_ndjson=as_ndjson, as_csv=as_csv)
    write_rows(rows_of(folder), form, columns=COLUMNS, table=_print)


def _print(rows: Any) -> None:
    columns = [(name, max(len(name), 6)) for name in COLUMNS]
    columns[0] = ("set", 16)
    click.echo(next(table_lines([{name: name for name in COLUMNS}], columns, width=max(terminal_width(), 120))))
    for row in rows:
        click.echo(next(table_lines([row], columns, width=max(terminal_width(), 120))))
