"""Values to text, HTML, JSON, Markdown and mail; templates escape by default and ask nothing of the store.

Each rendering is loaded when it is asked for: a list on the command line waits for no mail.
"""

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from aggregator.render.document import digest_json
    from aggregator.render.event import event_text
    from aggregator.render.mail import MAIL_MAX_BYTES, MailWords, digest_mail, subject_of
    from aggregator.render.markdown import digest_markdown
    from aggregator.render.page import digest_html
    from aggregator.render.stored import digest_from_json
    from aggregator.render.terminal import digest_text

__all__ = [
    "MAIL_MAX_BYTES",
    "MailWords",
    "digest_from_json",
    "digest_html",
    "digest_json",
    "digest_mail",
    "digest_markdown",
    "digest_text",
    "event_text",
    "subject_of",
]

_HOMES = {
    "document": ("digest_json",),
    "event": ("event_text",),
    "mail": ("MAIL_MAX_BYTES", "MailWords", "digest_mail", "subject_of"),
    "markdown": ("digest_markdown",),
    "page": ("digest_html",),
    "stored": ("digest_from_json",),
    "terminal": ("digest_text",),
}


def __getattr__(name: str) -> Any:
    for home, names in _HOMES.items():
        if name in names:
            return getattr(importlib.import_module(f"{__name__}.{home}"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
