"""Draw the picture that stands in for a photograph: hills under a sky, different for every story, as a small PNG."""

from __future__ import annotations

import hashlib
import math
import struct
import zlib
from functools import lru_cache

__all__ = ["draw"]

_RIDGES = 4


@lru_cache(maxsize=64)
def draw(name: str, size: tuple[int, int]) -> bytes:
    """A PNG of `size` (width, height in pixels), a function of `name` alone."""
    width, height = size
    seed = hashlib.sha256(name.encode()).digest()
    ridges = [_ridge(seed[4 * n : 4 * n + 4], n, width, height) for n in range(_RIDGES)]
    columns = [sorted(ridge[x] for ridge in ridges) for x in range(width)]
    rows = bytearray()
    for y in range(height):
        rows.append(0)  # PNG filter: none
        rows.extend(sum(y >= edge for edge in column) for column in columns)
    return _png(width, height, _palette(seed[-1]), bytes(rows))


def _ridge(seed: bytes, number: int, width: int, height: int) -> list[int]:
    """The height of a ridge of hills in every column, counted from the top."""
    a, b, c, d = seed
    middle = height * (0.38 + 0.16 * number)
    return [
        round(
            middle
            + height * 0.09 * math.sin(x / width * (2 + a % 5) + b)
            + height * 0.03 * math.sin(x / width * (9 + c % 9) + d)
        )
        for x in range(width)
    ]


def _palette(shade: int) -> bytes:
    """Sky and ridges, from pale to dark, in one of a few quiet tints."""
    tint = ((0.80, 0.90, 1.0), (0.95, 0.88, 0.80), (0.85, 0.95, 0.88), (0.92, 0.86, 0.95))[shade % 4]
    levels = (235, 190, 150, 105, 65)
    return bytes(round(level * part) for level in levels for part in tint)


def _png(width: int, height: int, palette: bytes, rows: bytes) -> bytes:
    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", width, height, 8, 3, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", header)
        + chunk(b"PLTE", palette)
        + chunk(b"IDAT", zlib.compress(rows, 9))
        + chunk(b"IEND", b"")
    )
