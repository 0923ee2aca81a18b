"""What a mail's own links lead to, without a login: stopping it."""

from __future__ import annotations

from flask import Blueprint, Response

from aggregator.app.publishing import Recipient
from aggregator.errors import NotFound
from aggregator.web.answers import answer, our_app

__all__ = ["mail"]

mail = Blueprint("mail", __name__)


@mail.get("/unsubscribe/<token>")
def ask(token: str) -> Response:
    """Ask whether to stop; programs that look at every link change nothing by it."""
    return _page(_recipient(token))


@mail.post("/unsubscribe/<token>")
def stop(token: str) -> Response:
    """Stop, at one click in the mail reader (RFC 8058) or by the form."""
    recipient = our_app().publishing.unsubscribe(_recipient(token))
    return _page(recipient)


def _recipient(token: str) -> Recipient:
    found = our_app().publishing.recipient(token)
    if found is None:
        raise NotFound("This address stops no digest; it may be incomplete.")
    return found


def _page(recipient: Recipient) -> Response:
    value = {"digest": recipient.digest, "stopped": recipient.unsubscribed_at is not None}
    return answer("unsubscribe.html", value, recipient=recipient)
