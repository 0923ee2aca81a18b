"""Bodies out of their transfer coding, never larger than allowed. Only what can be undone piece by piece: gzip, deflate."""

from __future__ import annotations

import zlib
from collections.abc import Iterable

from aggregator.errors import ConnectError, FetchError, TooLarge

__all__ = ["ACCEPT_ENCODING", "decode_body"]

ACCEPT_ENCODING = "gzip, deflate"
GZIP, ZLIB, RAW = 31, 15, -15
_GZIP_MAGIC = b"\x1f\x8b"
_PLAIN = frozenset({"", "identity", "none", "utf-8", "binary"})


def decode_body(chunks: Iterable[bytes], encoding: str | None, max_bytes: int, *, sniff: bool = True) -> bytes:
    """Join `chunks`, sent under Content-Encoding `encoding`, decoded.

    A gzip file sent without saying so is decoded all the same (its bytes begin no feed and no page), unless `sniff` says
    not to; plain bytes sent as gzip are taken as they are. Raises `TooLarge` past `max_bytes` of result, `ConnectError`
    for a body that ends too early, `FetchError` for an encoding that was not asked for.
    """
    names = [name.strip().lower() for name in (encoding or "").split(",")]
    coded = [name for name in names if name not in _PLAIN]
    if not coded:
        body = _join(chunks, max_bytes)
        return _inflate([body], GZIP, max_bytes) if sniff and body.startswith(_GZIP_MAGIC) else body
    if coded not in (["gzip"], ["x-gzip"], ["deflate"]):
        raise FetchError(
            f"The server sends an encoding that was not asked for ({', '.join(coded)[:60]}).", transient=False
        )
    return _unpack(chunks, coded[0], max_bytes)


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
    undecided = b""
    try:
        for chunk in chunks:
            data, undecided = undecided + chunk, b""
            while data:
                if decoder.eof:
                    if len(data) < len(_GZIP_MAGIC):
                        undecided = data
                        break
                    if not data.startswith(_GZIP_MAGIC):
                        return b"".join(parts)
                    decoder = zlib.decompressobj(window_bits)
                part = decoder.decompress(data, max_bytes - size + 1)
                size += len(part)
                if size > max_bytes:
                    raise _too_large(max_bytes)
                parts.append(part)
                data = decoder.unused_data if decoder.eof else decoder.unconsumed_tail
    except zlib.error as exc:
        raise ConnectError("The compressed document is damaged.") from exc
    if not decoder.eof:
        raise ConnectError("The compressed document ends in the middle.")
    return b"".join(parts)


def _unpack(chunks: Iterable[bytes], coding: str, max_bytes: int) -> bytes:
    """A body that claims to be compressed; its first bytes tell whether and how it is."""
    iterator = iter(chunks)
    first = b""
    for chunk in iterator:
        first += chunk
        if len(first) > 1:
            break
    if not first:
        return b""
    bits = _window_bits(first, coding)
    rest = _after(first, iterator)
    return _join(rest, max_bytes) if bits is None else _inflate(rest, bits, max_bytes)


def _window_bits(first: bytes, coding: str) -> int | None:
    """What zlib calls the format: gzip, zlib, or (servers say "deflate" for it too) raw; None if it is not compressed."""
    if first.startswith(_GZIP_MAGIC):
        return GZIP
    if coding != "deflate":
        return None
    if first[0] & 0x0F == 8 and int.from_bytes(first[:2], "big") % 31 == 0:  # noqa: PLR2004 - RFC 1950 2.2
        return ZLIB
    return None if first.lstrip()[:1] in b"<{[" else RAW


def _after(first: bytes, rest: Iterable[bytes]) -> Iterable[bytes]:
    yield first
    yield from rest
