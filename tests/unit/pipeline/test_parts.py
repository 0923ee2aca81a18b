from __future__ import annotations

import numpy as np
import pytest

from aggregator.pipeline.parts import pack, unpack

ARRAYS = {
    "long": np.arange(100_000),
    "wide": np.ones((3, 2), dtype=np.float32),
    "names": np.array(["ä", "b"]),
    "empty": np.zeros((0, 3), dtype=np.int32),
}


def test_arrays_come_back_as_they_were() -> None:
    back = unpack(pack(ARRAYS))
    assert back.keys() == ARRAYS.keys()
    for name, values in ARRAYS.items():
        assert (back[name].dtype, back[name].shape) == (values.dtype, values.shape)
        assert np.array_equal(back[name], values)


def test_most_parts_stay_as_they_are_when_rows_are_added() -> None:
    before, after = pack(ARRAYS), pack(ARRAYS | {"long": np.arange(120_000)})
    changed = {name for name in after if after[name] != before.get(name)}
    assert len(changed - {"parts"}) == 1


@pytest.mark.parametrize("size", [0, 20, 200, 5_000])
def test_a_part_that_is_lost_or_cut_off_is_noticed(size: int) -> None:
    parts = pack(ARRAYS)
    whole = parts["long/000000000"]
    for torn in ({}, {**parts, "long/000000000": whole[:size]}, {**parts, "parts": parts["parts"][:size]}):
        if torn != parts:
            with pytest.raises(ValueError):  # noqa: PT011 - numpy's own, of several kinds
                unpack(torn)
    del parts["names/000000000"]
    with pytest.raises(ValueError, match="missing"):
        unpack(parts)
