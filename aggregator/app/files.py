"""Files in, JSON lines out: the contract of the filters `parse` and `extract`."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

from aggregator.extract import extract_lines
from aggregator.parse import parse_line
from aggregator.pipeline.sandbox import SandboxExecutor

__all__ = ["extract_files", "parse_files"]
