"""Log lines: an event's name and its facts, as text for people or JSON for programs."""

from __future__ import annotations

import json
import logging
from typing import Any, TextIO

__all__ = ["handler"]

_STANDARD = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "taskName"}


def _facts(record: logging.LogRecord) -> dict[str, Any]:
    return {k: v for k, v in vars(record).items() if k not in _STANDARD and v is not None}


class TextFormatter(logging.Formatter):
    """`07:00:12 feed url=… outcome=new`."""

    def format(self, record: logging.LogRecord) -> str:
        """One line."""
        facts = " ".join(f"{k}={v}" for k, v in _facts(record).items())
        text = f"{self.formatTime(record, '%H:%M:%S')} {record.getMessage()} {facts}".rstrip()
        return f"{text}\n{self.formatException(record.exc_info)}" if record.exc_info else text


class JSONFormatter(logging.Formatter):
    """One JSON object a line."""

    def format(self, record: logging.LogRecord) -> str:
        """One line."""
        row = {
            "at": self.formatTime(record, "%Y-%m-%dT%H:%M:%S%z"),
            "level": record.levelname.lower(),
            "event": record.getMessage(),
            **_facts(record),
        }
        if record.exc_info:
            row["trace"] = self.formatException(record.exc_info)
        return json.dumps(row, ensure_ascii=False, default=str)


def handler(stream: TextIO) -> logging.Handler:
    """A handler that suits the stream."""
    made = logging.StreamHandler(stream)
    made.setFormatter(TextFormatter() if stream.isatty() else JSONFormatter())
    return made
