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

    def send(self, parcel: Parcel, *, on_hand_over: Callable[[], None]) -> str:
        """Send, and return what the other side answered.

        `on_hand_over` is called once, just before the step after which the mail can be theirs; whatever fails before it
        has certainly sent nothing.

        Raises:
            DeliveryError: it was not taken, or (`in_doubt`) it is not known whether it was.

        """
        ...

    def has(self, parcel: Parcel) -> bool:
        """Whether this very message can be seen to have arrived: what settles a doubt. False where nobody can look."""
        ...
