"""Bodies out of their transfer coding, never larger than allowed. Only what can be undone piece by piece: gzip, deflate."""

from __future__ import annotations

import zlib
from collections.abc import Iterable

from aggregator.errors import ConnectError, FetchError, TooLarge

__all__ = ["ACCEPT_ENCODING", "decode_body"]

ACCEPT_ENCODING = "gzip, deflate"
_GZIP_MAGIC = b"\x1f\x8b"
_PLAIN = frozenset({"", "identity", "none", "utf-8", "binary"})


def decode_body(chunks: Iterable[bytes], encoding: str | None, max_bytes: int) -> bytes:
    """Join `chunks`, sent under Content-Encoding `encoding`, decoded.

    A gzip file sent without saying so is decoded all the same (its bytes begin no feed and no page), and plain bytes
    sent as gzip are taken as they are. Raises `TooLarge` past `max_bytes` of result, `ConnectError` for a body that ends
    too early, `FetchError` for an encoding that was not asked for.
    """
    names = [name.strip().lower() for name in (encoding or "").split(",")]
    coded = [name for name in names if name not in _PLAIN]
    if not coded:
        body = _join(chunks, max_bytes)
        return _inflate([body], 31, max_bytes) if body.startswith(_GZIP_MAGIC) else body
    if coded not in (["gzip"], ["x-gzip"], ["deflate"]):
        raise FetchError(
            f"The server sends an encoding that was not asked for ({', '.join(coded)[:60]}).", transient=False
        )
    return _Compressed(coded[0], max_bytes).read(chunks)


def _too_large(max_bytes: int) -> TooLarge:
    return TooLarge(f"The document is larger than {max_bytes // 2**20} MiB.", transient=False)


def _join(chunks: Iterable[bytes], max_bytes: int) -> bytes:
    parts: list[bytes] = []
    size = 0
    for chunk in chunks:
        size += len(chunk)
        if size > max_bytes:
            raise _too_large(max_bytes)
        parts.append(chunk)
    return parts[0] if len(parts) == 1 else b"".join(parts)


def _inflate(chunks: Iterable[bytes], window_bits: int, max_bytes: int) -> bytes:
    """One or more compressed members in a row; what follows the last is dropped, as browsers do."""
    parts: list[bytes] = []
    size = 0
    decoder = zlib.decompressobj(window_bits)
    for chunk in chunks:
        data = chunk
        while data and not decoder.eof:
            part = decoder.decompress(data, max_bytes - size + 1)
            size += len(part)
            if size > max_bytes:
                raise _too_large(max_bytes)
            parts.append(part)
            data = decoder.unconsumed_tail
            if decoder.eof and decoder.unused_data.startswith(_GZIP_MAGIC):
                data = decoder.unused_data
                decoder = zlib.decompressobj(window_bits)
    if not decoder.eof:
        raise ConnectError("The compressed document ends in the middle.")
    return b"".join(parts)


class _Compressed:
    """A body that claims to be compressed."""

    def __init__(self, coding: str, max_bytes: int) -> None:
        self._coding = coding
        self._max_bytes = max_bytes

    def read(self, chunks: Iterable[bytes]) -> bytes:
        iterator = iter(chunks)
        first = b""
        for chunk in iterator:
            first += chunk
            if len(first) > 1:
                break
        if not first:
            return b""
        bits = self._window_bits(first)
        rest = _after(first, iterator)
        if bits is None:
            return _join(rest, self._max_bytes)
        try:
            return _inflate(rest, bits, self._max_bytes)
        except zlib.error as exc:
            raise ConnectError("The compressed document is damaged.") from exc

    def _window_bits(self, first: bytes) -> int | None:
        """How to undo it; None for bytes that are not compressed at all."""
        if first.startswith(_GZIP_MAGIC):
            return 31
        if self._coding != "deflate":
            return None
        has_zlib_header = first[0] & 0x0F == 8 and int.from_bytes(first[:2], "big") % 31 == 0  # noqa: PLR2004 - RFC 1950
        if has_zlib_header:
            return 15
        return None if first.lstrip()[:1] in b"<{[" else -15


def _after(first: bytes, rest: Iterable[bytes]) -> Iterable[bytes]:
    yield first
    yield from rest
