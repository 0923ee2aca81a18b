"""Bodies come out of their compression, and a bomb stays a bomb: unexploded."""

from __future__ import annotations

import gzip
import zlib
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aggregator.errors import ConnectError, FetchError, TooLarge
from aggregator.fetch.decode import decode_body

TEXT = b"<rss>" + b"news " * 1000 + b"</rss>"
LIMIT = 2**20


def raw_deflate(data: bytes) -> bytes:
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    return packer.compress(data) + packer.flush()


def pieces(data: bytes, size: int = 7) -> list[bytes]:
    return [data[n : n + size] for n in range(0, len(data), size)]


@pytest.mark.parametrize("size", [1, 7, 10**6])
@pytest.mark.parametrize(
    ("encoding", "data"),
    [
        (None, TEXT),
        ("", TEXT),
        ("identity", TEXT),
        ("UTF-8", TEXT),
        ("gzip", gzip.compress(TEXT)),
        ("x-gzip", gzip.compress(TEXT)),
        ("GZIP", gzip.compress(TEXT)),
        ("deflate", zlib.compress(TEXT)),
        ("deflate", raw_deflate(TEXT)),
        ("gzip", gzip.compress(TEXT[:100]) + gzip.compress(TEXT[100:])),
        ("gzip", gzip.compress(TEXT) + b"\0\0trailing rubbish"),
    ],
    ids=lambda value: len(value) if isinstance(value, bytes) else value,
)
def test_a_body_comes_out_as_it_was_written(encoding: str | None, data: bytes, size: int) -> None:
    assert decode_body(pieces(data, size), encoding, LIMIT) == TEXT


def test_a_plain_body_that_claims_to_be_compressed_is_taken_as_it_is() -> None:
    assert decode_body([TEXT], "gzip", LIMIT) == TEXT
    assert decode_body([TEXT], "deflate", LIMIT) == TEXT


def test_a_gzip_file_that_does_not_say_so_is_unpacked() -> None:
    assert decode_body(pieces(gzip.compress(TEXT)), None, LIMIT) == TEXT


@pytest.mark.parametrize("encoding", ["gzip", "deflate", None])
def test_an_empty_body_is_empty(encoding: str | None) -> None:
    assert decode_body([], encoding, LIMIT) == b""


@pytest.mark.parametrize(
    ("encoding", "data"),
    [
        (None, b"x" * (LIMIT + 1)),
        ("gzip", gzip.compress(b"x" * 50 * LIMIT)),
        ("deflate", zlib.compress(b"x" * 50 * LIMIT)),
        (None, gzip.compress(b"x" * 50 * LIMIT)),
        ("gzip", gzip.compress(b"x" * LIMIT) * 3),
    ],
    ids=["plain", "gzip", "deflate", "undeclared", "members"],
)
def test_more_than_allowed_is_refused(encoding: str | None, data: bytes) -> None:
    with pytest.raises(TooLarge, match="larger than 1 MiB"):
        decode_body(pieces(data, 65536), encoding, LIMIT)


def test_exactly_as_much_as_allowed_is_let_through() -> None:
    body = b"x" * LIMIT
    assert decode_body([gzip.compress(body)], "gzip", LIMIT) == body


@pytest.mark.parametrize("data", [gzip.compress(TEXT)[:-20], gzip.compress(TEXT)[:12], b"\x1f\x8b"], ids=len)
def test_a_compressed_body_cut_short_may_be_whole_next_time(data: bytes) -> None:
    with pytest.raises(ConnectError) as caught:
        decode_body([data], "gzip", LIMIT)
    assert caught.value.transient


def test_a_damaged_compressed_body_is_an_error() -> None:
    damaged = bytearray(gzip.compress(TEXT))
    damaged[15:40] = b"\xff" * 25
    with pytest.raises(ConnectError):
        decode_body([bytes(damaged)], "gzip", LIMIT)
    with pytest.raises(ConnectError):
        decode_body([bytes(damaged)], None, LIMIT)


@pytest.mark.parametrize("encoding", ["br", "zstd", "gzip, gzip", "compress", "aes128gcm"])
def test_an_encoding_that_was_not_asked_for_is_refused_by_name(encoding: str) -> None:
    with pytest.raises(FetchError, match=encoding) as caught:
        decode_body([b"whatever"], encoding, LIMIT)
    assert not caught.value.transient


@given(st.binary(max_size=300), st.sampled_from(["gzip", "deflate", None]))
def test_any_bytes_are_decoded_or_an_error_of_ours(data: bytes, encoding: str | None) -> None:
    with suppress(FetchError):
        decode_body([data], encoding, LIMIT)
