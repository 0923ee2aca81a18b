"""Sending rendered things: the message as a pure value, and the ways by which mail leaves this machine."""

from aggregator.deliver.folder import FolderTransport
from aggregator.deliver.maildir import MaildirTransport
from aggregator.deliver.message import Letter, address_of, build, message_id, verp
from aggregator.deliver.sendmail import SendmailTransport
from aggregator.deliver.smtp import SmtpOptions, SmtpTransport
from aggregator.deliver.transport import Parcel, Transport

__all__ = [
    "FolderTransport",
    "Letter",
    "MaildirTransport",
    "Parcel",
    "SendmailTransport",
    "SmtpOptions",
    "SmtpTransport",
    "Transport",
    "address_of",
    "build",
    "message_id",
    "verp",
]
