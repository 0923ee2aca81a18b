"""Values to text, HTML, JSON, Markdown and mail; templates escape by default and ask nothing of the store."""

from aggregator.render.document import digest_json
from aggregator.render.event import event_text
from aggregator.render.mail import MAIL_MAX_BYTES, MailWords, digest_mail, subject_of
from aggregator.render.markdown import digest_markdown
from aggregator.render.page import digest_fragment, digest_html
from aggregator.render.stored import digest_from_json
from aggregator.render.terminal import digest_text

__all__ = [
    "MAIL_MAX_BYTES",
    "MailWords",
    "digest_fragment",
    "digest_from_json",
    "digest_html",
    "digest_json",
    "digest_mail",
    "digest_markdown",
    "digest_text",
    "event_text",
    "subject_of",
]
