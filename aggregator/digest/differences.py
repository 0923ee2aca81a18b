"""What the outlets of an event do not agree on."""

from __future__ import annotations

from aggregator.model import Difference, EventView

__all__ = ["differences"]


def differences(view: EventView) -> tuple[Difference, ...]:  # noqa: ARG001 (nothing is shown until the rules are measured)
    """Figures of the same thing that differ between outlets."""
    return ()
