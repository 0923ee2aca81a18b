"""The OpenAPI document, put together from the operations."""

from __future__ import annotations

from importlib.metadata import version
from typing import Any

from aggregator.web.api.operations import OPERATIONS, Operation
from aggregator.web.api.schemas import SCHEMAS, ref

__all__ = ["document"]

_ABOUT = """Stories, events, topics, feeds and digests of one installation. Lists go on by key: give `more` of an answer as
`after` of the next request. Times are ISO 8601 in UTC. Log in with HTTP Basic, or with a program's password as Bearer token."""


def document() -> dict[str, Any]:
    """The whole document."""
    paths: dict[str, Any] = {}
    for made in OPERATIONS:
        paths.setdefault(f"/api/v1{made.path}", {})[made.method.lower()] = _operation(made)
    return {
        "openapi": "3.1.0",
        "info": {"title": "aggregator", "version": version("aggregator"), "description": _ABOUT.replace("\n", " ")},
        "paths": paths,
        "components": {
            "schemas": SCHEMAS,
            "securitySchemes": {
                "basic": {"type": "http", "scheme": "basic"},
                "bearer": {"type": "http", "scheme": "bearer"},
            },
        },
        "security": [{"basic": []}, {"bearer": []}],
    }


def _operation(made: Operation) -> dict[str, Any]:
    parameters = [{"name": n, "in": "path", "required": True, "schema": s} for n, s in made.in_path.items()]
    parameters += [{"name": n, "in": "query", "required": False, "schema": s} for n, s in made.query.items()]
    error = {"description": "Why not.", "content": {"application/json": {"schema": ref("Error")}}}
    said: dict[str, Any] = {
        "operationId": made.name,
        "summary": made.summary,
        "responses": {
            "200": {"description": made.summary, "content": {made.mimetype: {"schema": made.answer}}},
            "4XX": error,
            "503": error,
        },
    }
    if parameters:
        said["parameters"] = parameters
    if made.method in ("POST", "PATCH"):
        kind = "text/x-opml" if made.mimetype == "text/x-opml" or made.path == "/opml" else "application/json"
        said["requestBody"] = {
            "required": made.body is not None,
            "content": {kind: {"schema": made.body or {"type": "object"}}},
        }
    return said
