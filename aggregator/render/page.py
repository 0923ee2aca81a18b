"""A digest as an HTML page that stands alone, for a file or a browser."""

from __future__ import annotations

from aggregator.model import Digest
from aggregator.render.templating import context, environment
from aggregator.text.tongue import ENGLISH, Tongue

__all__ = ["digest_html"]


def digest_html(
    digest: Digest, *, zone: str = "UTC", why: bool = False, event_path: str | None = None, tongue: Tongue = ENGLISH
) -> str:
    """A whole page without scripts, images or anything fetched: readable as a file, light and dark.

    `event_path` is the address of an event's own page with `{id}` in it ("/events/{id}"); without it every link goes to
    an outlet. `why` shows each event's score and its parts.
    """
    template = environment().get_template("digest_page.html")
    return template.render(context(digest, zone, tongue, why=why, event_path=event_path))
