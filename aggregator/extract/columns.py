"""What is known of a page's blocks while their features are gathered: a column of numbers per name."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

__all__ = ["LONG_LINE", "Columns", "distance"]

Columns = dict[str, npt.NDArray[Any]]

LONG_LINE = 400  # characters; longer is no headline, byline or label


def distance(marks: npt.NDArray[np.bool_]) -> npt.NDArray[np.int64]:
    """Blocks since the last mark before each (99 if none)."""
    n = len(marks)
    last = np.maximum.accumulate(np.where(marks, np.arange(n), -100))
    shifted = np.concatenate(([-100], last[:-1]))
    return np.minimum(99, np.arange(n) - shifted)
