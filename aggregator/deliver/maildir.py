"""Into a maildir on this machine: the mail appears whole or not at all, and can be seen to have arrived."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from aggregator.deliver.folder import write_whole
from aggregator.deliver.transport import Parcel
from aggregator.errors import DeliveryError

__all__ = ["MaildirTransport"]


@dataclass(frozen=True, slots=True)
class MaildirTransport:
    """Delivers into `path`, which is made if it is not there. The file's name follows from Message-ID and recipient."""

    path: Path

    def send(self, parcel: Parcel, *, on_hand_over: Callable[[], None], on_taken: Callable[[str], None]) -> None:
        """As `Transport.send`."""
        name = _name(parcel)
        content = parcel.content.replace(b"\r\n", b"\n")  # a maildir's files have the lines of this machine
        try:
            for part in ("tmp", "new", "cur"):
                (self.path / part).mkdir(mode=0o700, parents=True, exist_ok=True)
            write_whole(self.path / "tmp" / name, self.path / "new" / name, content, before=on_hand_over)
        except OSError as error:
            raise DeliveryError(
                f"The mail cannot be put into the maildir {self.path}: {error.strerror}; check [mail] path.",
                channel="maildir",
                setting="[mail] path",
            ) from error
        on_taken(f"in {self.path / 'new' / name}")

    def has(self, parcel: Parcel) -> bool:
        """Whether the file is there, read or not."""
        name = _name(parcel)
        try:
            return (self.path / "new" / name).exists() or any(
                entry.name.startswith(name) for entry in (self.path / "cur").iterdir()
            )
        except OSError:
            return False


def _name(parcel: Parcel) -> str:
    key = hashlib.sha256(f"{parcel.message_id}\0{parcel.recipient}".encode()).hexdigest()[:32]
    return f"{key}.aggregator"
