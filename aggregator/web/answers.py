"""Answers: one value as a page for people and as JSON for programs, and redirects that stay on our own pages."""

from __future__ import annotations

import json
import re
from typing import Any
from urllib.parse import quote

from flask import Response, current_app, render_template, request

from aggregator.app.app import App

__all__ = ["answer", "back", "our_app", "safe_path", "wants_json"]

_PATH = re.compile(r"/(?![/\\])[^\x00-\x20\\\x7f]*")


def our_app() -> App:
    """The app that this page shows."""
    found: App = current_app.extensions["aggregator"]
    return found


def wants_json() -> bool:
    """Whether a program asks: `?format=json`, or JSON preferred to HTML."""
    if "format" in request.args:
        return request.args["format"] == "json"
    best = request.accept_mimetypes.best_match(["text/html", "application/json"])
    return best == "application/json" and request.accept_mimetypes[best] > request.accept_mimetypes["text/html"]


def answer(template: str, value: Any, **context: Any) -> Response:
    """The page made by a template, or the value as JSON."""
    if wants_json():
        return Response(json.dumps(value, ensure_ascii=False, indent=1) + "\n", mimetype="application/json")
    return Response(render_template(template, **context), mimetype="text/html")


def safe_path(path: str | None) -> str:
    """`path` if it leads to one of our own pages whatever the browser makes of it, else the front page."""
    return path if path and _PATH.fullmatch(path) else "/"


def back(**said: str | int) -> Response:
    """After an act: where the form says the reader was, with what is to be said there; JSON for our own script."""
    if wants_json():
        return Response(json.dumps(said), mimetype="application/json")
    path, _, mark = safe_path(request.form.get("back")).partition("#")
    path = re.sub(r"[?&](?:undo|edit|removed|added)=[^&]*", "", path)
    if "?" not in path and "&" in path:
        path = path.replace("&", "?", 1)
    query = "&".join(f"{name}={quote(str(value), safe='')}" for name, value in said.items())
    if query:
        path += ("&" if "?" in path else "?") + query
    return Response(status=303, headers={"Location": path + (f"#{mark}" if mark else "")})
