"""Into a folder as .eml files, for programs that take it from there."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from aggregator.deliver.transport import Parcel
from aggregator.errors import DeliveryError

__all__ = ["FolderTransport", "write_whole"]


def write_whole(draft: Path, target: Path, content: bytes, *, before: Callable[[], None] = lambda: None) -> None:
    """Write a file so that others see it whole or not at all, and the disk has it; `before` is called before it shows."""
    with draft.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    before()
    draft.replace(target)
    folder = os.open(target.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


@dataclass(frozen=True, slots=True)
class FolderTransport:
    """Writes each mail into `path` under a name that follows from its Message-ID and recipient."""

    path: Path

    def send(self, parcel: Parcel, *, on_hand_over: Callable[[], None], on_taken: Callable[[str], None]) -> None:
        """As `Transport.send`."""
        target = self._target(parcel)
        try:
            self.path.mkdir(parents=True, exist_ok=True)
            write_whole(target.with_suffix(".part"), target, parcel.content, before=on_hand_over)
        except OSError as error:
            raise DeliveryError(
                f"The mail cannot be written into {self.path}: {error.strerror}; check [mail] path.",
                channel="file",
                setting="[mail] path",
            ) from error
        on_taken(f"in {target}")

    def has(self, parcel: Parcel) -> bool:
        """Whether the file is there."""
        return self._target(parcel).exists()

    def _target(self, parcel: Parcel) -> Path:
        key = hashlib.sha256(f"{parcel.message_id}\0{parcel.recipient}".encode()).hexdigest()[:16]
        return self.path / f"{key}.eml"
