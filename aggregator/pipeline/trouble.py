"""What is said of a document that its reader could not take."""

from __future__ import annotations

import logging

from aggregator.errors import AggregatorError
from aggregator.fetch import mask

__all__ = ["words_for"]

log = logging.getLogger(__name__)


def words_for(error: Exception, url: str) -> str:
    """The sentence for the reader. An error that is not ours is a fault of a parser: its trace is logged."""
    if isinstance(error, AggregatorError):
        return str(error)
    log.warning("a document was too much for its reader", extra={"url": mask(url)}, exc_info=error)
    return f"The document cannot be read ({type(error).__name__})."
