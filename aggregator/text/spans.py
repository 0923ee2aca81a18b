"""Lengths of time in words."""

from __future__ import annotations

__all__ = ["say_span"]


def say_span(seconds: float) -> str:
    """A length of time as a person says it: `45 s`, `80 min`, `2 h`, `7 days`."""
    minutes = seconds / 60
    if seconds < 90:  # noqa: PLR2004 (a person says 80 seconds, but 2 minutes)
        return f"{seconds:.0f} s"
    if minutes < 90:  # noqa: PLR2004 (80 minutes, but 2 hours)
        return f"{minutes:.0f} min"
    hours = minutes / 60
    return f"{hours:.0f} h" if hours < 48 else f"{hours / 24:.0f} days"  # noqa: PLR2004 (40 hours, but 2 days)
