"""What every way of sending offers."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

__all__ = ["Parcel", "Transport"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Parcel:
    """A message with its envelope: bare addresses, and the whole message with CRLF line ends."""

    sender: str
    recipient: str
    message_id: str
    content: bytes


class Transport(Protocol):
    """One way by which mail leaves this machine."""

    def send(self, parcel: Parcel, *, on_hand_over: Callable[[], None], on_taken: Callable[[str], None]) -> None:
        """Send.

        `on_hand_over` is called once, just before the step after which the mail can be theirs; whatever fails before it
        has certainly sent nothing. `on_taken` is called with what the other side answered as soon as it has the mail,
        before goodbyes: who dies after it leaves no doubt.

        Raises:
            DeliveryError: it was not taken, or (`in_doubt`) it is not known whether it was.

        """
        ...

    def has(self, parcel: Parcel) -> bool:
        """Whether this very message can be seen to have arrived: what settles a doubt. False where nobody can look."""
        ...
