"""Telling the reader at once: a command of the reader's own is given the stories that a rule found."""

from __future__ import annotations

import json
import logging
import os
import subprocess
from collections.abc import Sequence

from aggregator.model import Story
from aggregator.render.rows import story_row

__all__ = ["tell"]

log = logging.getLogger(__name__)

PATIENCE_S = 30.0


def tell(command: Sequence[str], rule: str, stories: Sequence[Story]) -> bool:
    """Run the command with the stories as JSON lines on its input and the rule's name in `AGGREGATOR_RULE`.

    Returns whether it succeeded; trouble is logged, for a poll must not fail by it.
    """
    lines = "".join(json.dumps(story_row(story), ensure_ascii=False) + "\n" for story in stories)
    environment = os.environ | {"AGGREGATOR_RULE": rule}
    try:
        done = subprocess.run(  # noqa: S603 (the command is the reader's own setting; stories reach it as input only)
            list(command),
            input=lines.encode("utf-8", "replace"),
            capture_output=True,
            env=environment,
            timeout=PATIENCE_S,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        log.warning("notice not given", extra={"rule": rule, "error": str(error)})
        return False
    if done.returncode:
        said = done.stderr.decode("utf-8", "replace").strip().splitlines()
        log.warning("notice not given", extra={"rule": rule, "error": said[-1] if said else f"exit {done.returncode}"})
    return done.returncode == 0
