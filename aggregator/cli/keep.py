"""`aggregator backup`, `restore` and `vacuum`."""

from __future__ import annotations

from pathlib import Path

import click

from aggregator.cli.session import Session, pass_session
from aggregator.cli.speech import _

__all__ = ["backup", "restore", "vacuum"]

FILE = click.argument("file", type=click.Path(path_type=Path, dir_okay=False))


def _megabytes(size: int) -> str:
    return f"{size / 1e6:.1f} MB"


@click.command()
@FILE
@click.option("--force", is_flag=True, help="Replace the file if it is there.")
@pass_session
def backup(session: Session, file: Path, *, force: bool) -> None:
    """Copy the database, as it is at this moment, into one FILE.

    `aggregator run` may go on meanwhile. The copy is read through before it gets its name.

    \b
    Example:
      aggregator backup ~/backups/news-$(date +%F).db
    """
    with session.app() as app:
        size = app.keeping.back_up(file, replace=force)
    click.echo(_("%(size)s in %(file)s. Back: aggregator restore %(file)s", size=_megabytes(size), file=file), err=True)


@click.command()
@FILE
@pass_session
def restore(session: Session, file: Path) -> None:
    """Put a backup in the place of the database; what was there is kept beside it.

    \b
    Example:
      aggregator restore ~/backups/news-2026-11-20.db
    """
    from aggregator.app.app import db_path
    from aggregator.app.keeping import restore as restored

    db = session.db or db_path(session.config())
    kept = restored(db, file)
    click.echo(_("Restored. What was there is kept: %(file)s", file=kept) if kept else _("Restored."), err=True)


@click.command()
@click.option("--dry-run", is_flag=True, help="Only say how many events would go.")
@pass_session
def vacuum(session: Session, *, dry_run: bool) -> None:
    """Drop stories that the settings let go ([retention]), and give free space back to the file system.

    An event goes as a whole, when none of its stories is within the limits, starred, tagged, or matches a topic. What
    went does not come back by a poll or an import.

    \b
    Example:
      aggregator vacuum --dry-run
    """
    with session.app() as app:
        if dry_run:
            click.echo(f"{len(app.keeping.due())} events would go.", err=True)
            return
        done = app.keeping.compact()
    click.echo(
        f"{done.stories} stories went; {_megabytes(done.before)} before, {_megabytes(done.after)} now.", err=True
    )
