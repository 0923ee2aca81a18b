"""Logging in and out, and the settings that are a reader's own."""

from __future__ import annotations

import math
from dataclasses import replace

from flask import Blueprint, Response, g, request

from aggregator.app.accounts import TooManyTries
from aggregator.errors import AggregatorError
from aggregator.render.rows import iso
from aggregator.text.tongue import LANGUAGES
from aggregator.web.answers import answer, our_app, safe_path
from aggregator.web.security import session

__all__ = ["account"]

account = Blueprint("account", __name__)


@account.get("/login")
def login() -> Response:
    """The form for name and password."""
    if session().is_known:
        return _to(safe_path(request.args.get("next")))
    return answer(
        "login.html", {"login": "POST name and password"}, problem=None, target=safe_path(request.args.get("next"))
    )


@account.post("/login")
def log_in() -> Response:
    """Begin a session under a new cookie; the old one is worth nothing."""
    app = our_app()
    target = safe_path(request.form.get("next"))
    try:
        token = app.accounts.log_in(
            request.form.get("name", ""), request.form.get("password", ""), address=request.remote_addr or ""
        )
    except AggregatorError as error:
        made = answer("login.html", {"problem": str(error)}, problem=str(error), target=target)
        made.status_code = 401
        if isinstance(error, TooManyTries):
            made.status_code = 429
            made.headers["Retry-After"] = str(math.ceil(error.wait_s))
        return made
    return _as(token, _to(target))


@account.post("/logout")
def log_out() -> Response:
    """End the session here and in the database."""
    our_app().accounts.log_out(session().cookie)
    return _as("", _to("/login"))


@account.get("/settings")
def settings() -> Response:
    """The password, the lists, the keys."""
    return _settings()


@account.post("/settings/password")
def password() -> Response:
    """Set the password; every session of this reader ends, and this one begins anew."""
    app = our_app()
    given, again = request.form.get("password", ""), request.form.get("again", "")
    name = session().name if not session().is_open else request.form.get("name", "")
    try:
        if given != again:
            raise AggregatorError("The two passwords differ.")  # noqa: TRY301 (said in the same place)
        if not session().is_open:
            app.accounts.check(name, request.form.get("old", ""), address=request.remote_addr or "")
        app.accounts.set_password(name, given)
        token = app.accounts.log_in(name, given, address=request.remote_addr or "")
    except AggregatorError as error:
        return _settings(str(error))
    return _as(token, _to("/settings?changed=1"))


@account.post("/settings/programs")
def make_program() -> Response:
    """A password for another program, shown on this page alone."""
    try:
        secret = our_app().access.make(session().name, request.form.get("label", ""))
    except AggregatorError as error:
        return _settings(str(error))
    return _settings(made=secret)


@account.post("/settings/programs/revoke")
def revoke_program() -> Response:
    """Let a program in no more."""
    try:
        our_app().access.revoke(session().name, request.form.get("label", ""))
    except AggregatorError as error:
        return _settings(str(error))
    return _to("/settings#programs")


@account.post("/settings/language")
def language() -> Response:
    """Speak this language to the reader; none leaves it to the browser."""
    try:
        our_app().languages.choose(session().reader_id, request.form.get("language") or None)
    except AggregatorError as error:
        return _settings(str(error))
    return _to("/settings")


@account.post("/settings/addresses/<any(renew, end):act>")
def addresses(act: str) -> Response:
    """New addresses for the reader's own feeds, or none."""
    access = our_app().access
    (access.renew_addresses if act == "renew" else access.end_addresses)(session().reader_id)
    return _to("/settings#outgoing")


def _settings(problem: str | None = None, *, made: str | None = None) -> Response:
    app, is_open = our_app(), session().is_open
    programs = () if is_open else app.access.all(session().name)
    token = app.access.address_token(session().reader_id)
    value = {
        "reader": session().name,
        "open": is_open,
        "problem": problem,
        "programs": [{"label": p.label, "made": iso(p.created_at), "used": iso(p.used_at)} for p in programs],
    }
    answered = answer(
        "settings.html",
        value,
        problem=problem,
        is_changed="changed" in request.args,
        programs=programs,
        secret=made,
        outgoing=app.page_of_events.replace("/events/{id}", f"/out/key-{token}") if token else None,
        topics=app.topics.all(reader_id=session().reader_id),
        languages=LANGUAGES,
        language=app.languages.chosen(session().reader_id),
    )
    answered.status_code = 400 if problem else 200
    return answered


def _to(path: str) -> Response:
    return Response(status=303, headers={"Location": path})


def _as(cookie: str, response: Response) -> Response:
    """Go on under another cookie."""
    g.session = replace(session(), cookie=cookie)
    return response
