"""`aggregator users …`."""

from __future__ import annotations

import sys

import click

from aggregator.cli.helping import Group
from aggregator.cli.output import write_json
from aggregator.cli.session import Session, pass_session
from aggregator.cli.speech import _

__all__ = ["users"]


@click.group(cls=Group)
def users() -> None:
    """Readers and their passwords; once anybody has one, the page asks for it.

    \b
    Examples:
      aggregator users set alice
      pass show news | aggregator users set alice --password-stdin
      aggregator users list
      aggregator users app-password alice --label phone
      aggregator users revoke alice --label phone
    """


@users.command("set")
@click.argument("name")
@click.option("--password-stdin", is_flag=True, help="Read the password from standard input; else it is asked for.")
@pass_session
def set_password(session: Session, *, name: str, password_stdin: bool) -> None:
    """Give a reader a password, and end their sessions; the first name set is the reader who was there from the start."""
    if password_stdin:
        password = sys.stdin.readline().rstrip("\r\n")
    else:
        password = click.prompt(_("Password"), hide_input=True, confirmation_prompt=True, err=True)
    with session.app() as app:
        reader = app.accounts.set_password(name, password)
    click.echo(_("%(name)s can log in.", name=reader.name), err=True)


@users.command("list")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@pass_session
def list_readers(session: Session, *, as_json: bool) -> None:
    """List the readers."""
    with session.app() as app:
        rows = [{"id": r.id, "name": r.name, "password": r.password_hash is not None} for r in app.accounts.readers()]
    if as_json:
        write_json(rows)
        return
    for row in rows:
        click.echo(row["name"] if row["password"] else f"{row['name']}  ({_('no password')})")


@users.command("remove")
@click.argument("name")
@pass_session
def remove(session: Session, *, name: str) -> None:
    """Take a reader's password away and end their sessions; what is theirs stays."""
    with session.app() as app:
        app.accounts.remove(name)
    click.echo(_("%(name)s can no longer log in.", name=name), err=True)


@users.command("app-password")
@click.argument("name")
@click.option("--label", required=True, help="What it is for, such as phone.")
@pass_session
def app_password(session: Session, *, name: str, label: str) -> None:
    """Make a password for one other program of a reader, and print it; it is not shown again."""
    with session.app() as app:
        secret = app.access.make(name, label)
    click.echo(secret)
    click.echo(
        _(
            "Log in as %(name)s with it. Revoke it: %(command)s",
            name=name,
            command=f"aggregator users revoke {name} --label {label!r}",
        ),
        err=True,
    )


@users.command("app-passwords")
@click.argument("name")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@pass_session
def app_passwords(session: Session, *, name: str, as_json: bool) -> None:
    """List the passwords of a reader's other programs, without the passwords."""
    from aggregator.render.rows import iso

    with session.app() as app:
        rows = [{"label": p.label, "made": iso(p.created_at), "used": iso(p.used_at)} for p in app.access.all(name)]
    if as_json:
        write_json(rows)
        return
    for row in rows:
        click.echo(f"{row['label']}  made {row['made']}, {'used ' + row['used'] if row['used'] else 'never used'}")


@users.command()
@click.argument("name")
@click.option("--label", required=True, help="What it was made for.")
@pass_session
def revoke(session: Session, *, name: str, label: str) -> None:
    """Let the program with this password in no more."""
    with session.app() as app:
        app.access.revoke(name, label)
    click.echo(_("The password for %(program)s is revoked.", program=label), err=True)
