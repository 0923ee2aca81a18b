"""Texts held against each other by their letters and digits alone, whatever their markup, case and spacing."""

from __future__ import annotations

import re
from functools import lru_cache

__all__ = ["DENSE", "Seen", "plain"]

# Characters of scripts that say in one what others say in two or three: Han, kana, Hangul, Thai.
DENSE = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af\u0e00-\u0e7f]")
_NOT_LETTERS = re.compile(r"[\W_]+")
_ASCII_OTHER = bytes(code for code in range(128) if not chr(code).isalnum())
_END = 60  # letters of each end of a passage that must stand in another


@lru_cache(maxsize=2048)  # features, opinion and line filter ask for the same blocks
def plain(text: str) -> str:
    """Letters and digits only, case folded."""
    if text.isascii():  # ten times quicker than the expression
        return text.encode("ascii").lower().translate(None, _ASCII_OTHER).decode("ascii")
    return _NOT_LETTERS.sub("", text.casefold())


class Seen:
    """Passages met so far; tells whether both ends of a new one stand among them."""

    def __init__(self, least: int = 80) -> None:
        self._least = least
        self._joined = ""

    def again(self, text: str) -> bool:
        """Was this passage here before, whole or in parts? Short ones never were. Remembers it if not."""
        key = plain(text)
        if len(key) < self._least:
            return False
        if key[:_END] in self._joined and key[-_END:] in self._joined:
            return True
        self._joined += key
        return False
