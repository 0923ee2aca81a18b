"""What is said of a document that its reader could not take."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from aggregator.errors import AggregatorError, PluginFailed, StoreError
from aggregator.fetch import mask

__all__ = ["contained", "without_plugins", "words_for"]

log = logging.getLogger(__name__)


@contextmanager
def contained(blamed: Callable[[Exception], object]) -> Iterator[None]:
    """Whatever a document does to its reader, or to our own code, is told to `blamed` and goes no further.

    What ails the database is no document's fault, and is raised.
    """
    try:
        yield
    except StoreError:
        raise
    except Exception as error:  # noqa: BLE001 - the one place where what others wrote may fail in any way
        blamed(error)


def words_for(error: Exception, url: str) -> str:
    """The sentence for the reader. An error that is not ours is a fault of a parser: its trace is logged."""
    if isinstance(error, AggregatorError):
        return str(error)
    log.warning("a document was too much for its reader", extra={"url": mask(url)}, exc_info=error)
    return f"The document cannot be read ({type(error).__name__})."


def without_plugins(error: Exception, url: str) -> None:
    """Say why a page is extracted once more, by our own extractor alone: its plugin failed, or took all of its time."""
    plugin = error.plugin if isinstance(error, PluginFailed) else None
    log.warning("a page is read without plugins", extra={"plugin": plugin, "url": mask(url), "error": str(error)})
