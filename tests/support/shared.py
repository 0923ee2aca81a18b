"""The shared tools and data that some tests need and most checkouts lack."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


def shared(*parts: str) -> Path:
    """A path within the folder named by AGGREGATOR_DATA, or beside the repository; the test is skipped without it."""
    folder = Path(os.environ.get("AGGREGATOR_DATA") or ROOT.parent / "shared")
    found = folder.joinpath(*parts)
    if not found.exists():
        pytest.skip(f"{'/'.join(parts)} of the shared tools is not here")
    return found
