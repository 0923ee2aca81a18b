"""Arrays as bytes, in parts of some thousand rows each: when rows are added or a few change, most parts stay as they are."""

from __future__ import annotations

import io
from collections import defaultdict
from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt

__all__ = ["pack", "unpack"]

_ROWS = 4096
_Arrays = dict[str, npt.NDArray[Any]]


def pack(arrays: Mapping[str, npt.NDArray[Any]]) -> dict[str, bytes]:
    """The parts of arrays of one dimension or more, by name; names have no slash."""
    return {
        f"{name}/{first:09}": _bytes(values[first : first + _ROWS])
        for name, values in arrays.items()
        for first in range(0, max(1, len(values)), _ROWS)
    }


def unpack(parts: Mapping[str, bytes]) -> _Arrays:
    """The arrays that `pack` was given. ValueError or EOFError for parts that are cut off."""
    found: dict[str, list[npt.NDArray[Any]]] = defaultdict(list)
    for name in sorted(parts):
        found[name.partition("/")[0]].append(np.load(io.BytesIO(parts[name])))
    return {name: np.concatenate(pieces) for name, pieces in found.items()}


def _bytes(values: npt.NDArray[Any]) -> bytes:
    out = io.BytesIO()
    np.save(out, values)
    return out.getvalue()
