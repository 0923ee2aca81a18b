"""A systemd user unit that keeps `aggregator run` going from the login on."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from aggregator.errors import AggregatorError

__all__ = ["UNIT", "install", "unit"]

UNIT = "aggregator.service"


def unit(*, db: Path | None = None, config: Path | None = None) -> str:
    """The text of the unit, for this interpreter and these files."""
    command = [sys.executable, "-m", "aggregator"]
    command += ["--db", str(db.absolute())] if db else []
    command += ["--config", str(config.absolute())] if config else []
    return f"""[Unit]
Description=aggregator: polls feeds, makes digests, serves the page
Documentation=https://github.com/aggregator-news/aggregator
After=network-online.target
Wants=network-online.target

[Service]
Type=notify
WatchdogSec=120
ExecStart={" ".join(map(_quoted, [*command, "run"]))}
Restart=on-failure
RestartSec=30
TimeoutStopSec=10
Nice=5
PrivateTmp=yes
NoNewPrivileges=yes

[Install]
WantedBy=default.target
"""


def install(*, db: Path | None = None, config: Path | None = None) -> Path:
    """Write the unit where systemd looks for a user's units; returns the file.

    Raises:
        AggregatorError: it cannot be written, or this machine has no systemd.

    """
    if not sys.platform.startswith("linux"):
        raise AggregatorError(
            "A service is installed on Linux with systemd; elsewhere start `aggregator run` at login."
        )
    home = Path(os.environ.get("XDG_CONFIG_HOME") or Path.home() / ".config")
    path = home / "systemd" / "user" / UNIT
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(unit(db=db, config=config), "utf-8")
    except OSError as error:
        raise AggregatorError(f"The unit {path} cannot be written: {error.strerror}.") from error
    return path


def _quoted(word: str) -> str:
    """A word of a command line as systemd reads it (systemd.service: quotes, and % and $ doubled)."""
    plain = word.replace("\\", "\\\\").replace('"', '\\"').replace("%", "%%").replace("$", "$$")
    return f'"{plain}"' if any(c in plain for c in " \t'\"\\;") else plain
