"""Arrays as bytes, in parts of one size: when rows are added or a few change, most parts stay as they are."""

from __future__ import annotations

import io
import json
from collections import defaultdict
from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt

__all__ = ["pack", "unpack"]

_PART_BYTES = 1 << 18  # of a part: what is written of an array of which some rows changed


def pack(arrays: Mapping[str, npt.NDArray[Any]]) -> dict[str, bytes]:
    """The parts of arrays of one dimension or more, by name, and a list of them; names have no slash."""
    parts = {
        f"{name}/{first:09}": _bytes(values[first : first + rows])
        for name, values in arrays.items()
        for rows in [max(1, _PART_BYTES // max(1, values[:1].nbytes))]
        for first in range(0, max(1, len(values)), rows)
    }
    return parts | {"parts": json.dumps(sorted(parts)).encode()}


def unpack(parts: Mapping[str, bytes]) -> dict[str, npt.NDArray[Any]]:
    """The arrays that `pack` was given. ValueError if a part is missing or cut off."""
    if sorted(parts) != sorted([*json.loads(parts.get("parts", b"[]")), "parts"]):
        raise ValueError("a part is missing")
    found: dict[str, list[npt.NDArray[Any]]] = defaultdict(list)
    for name in sorted(parts.keys() - {"parts"}):
        try:
            found[name.partition("/")[0]].append(np.load(io.BytesIO(parts[name])))
        except EOFError as error:
            raise ValueError("a part is empty") from error
    return {name: pieces[0] if len(pieces) == 1 else np.concatenate(pieces) for name, pieces in found.items()}


def _bytes(values: npt.NDArray[Any]) -> bytes:
    out = io.BytesIO()
    np.save(out, values)
    return out.getvalue()
