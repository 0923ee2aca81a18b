"""A news aggregator and RSS reader that tells each event once.

The command line and the page do nothing that cannot be done from Python:

    from pathlib import Path

    from aggregator import Config, FeedSpec, PollOptions, digest_text, open_app

    with open_app(Config(), db=Path("news.db")) as app:
        app.feeds.add([FeedSpec(url="https://example.org/feed.xml")])
        app.polling.poll(PollOptions())
        for event in app.reading.events("since:7d -football"):
            print(event.outlets, event.headline)
        print(digest_text(app.digests.make()))

`App` lists what else there is. `load_config` reads the settings of this machine, as the commands do. `parse_feed` and
`extract_page` are stages of their own: bytes to values, without a database. What goes wrong is an `AggregatorError`.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from aggregator.app.app import App, open_app
    from aggregator.app.polling import PollOptions
    from aggregator.config import Config
    from aggregator.config import load as load_config
    from aggregator.errors import AggregatorError
    from aggregator.extract import extract_page
    from aggregator.model import FeedSpec
    from aggregator.parse import parse_feed
    from aggregator.render import digest_text

__version__ = "0.1.0"
__all__ = [
    "AggregatorError",
    "App",
    "Config",
    "FeedSpec",
    "PollOptions",
    "__version__",
    "digest_text",
    "extract_page",
    "load_config",
    "open_app",
    "parse_feed",
]

# Each is loaded when it is first asked for: a command that lists stories needs no parsers.
_HOMES = {
    "AggregatorError": ("errors", "AggregatorError"),
    "App": ("app.app", "App"),
    "Config": ("config", "Config"),
    "FeedSpec": ("model", "FeedSpec"),
    "PollOptions": ("app.polling", "PollOptions"),
    "digest_text": ("render", "digest_text"),
    "extract_page": ("extract", "extract_page"),
    "load_config": ("config", "load"),
    "open_app": ("app.app", "open_app"),
    "parse_feed": ("parse", "parse_feed"),
}


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    module, there = _HOMES[name]
    return getattr(import_module(f"{__name__}.{module}"), there)


def __dir__() -> list[str]:
    return [*globals(), *_HOMES]
