"""The demo newsroom: fictional outlets with feeds and pages over five days, served over HTTP on loopback.

newsroom = load(default_folder())
with serve(newsroom, now=datetime(2026, 3, 2, 8, tzinfo=UTC)) as server:
    server.opml()                  # the subscription list
    server.set_now(...)            # a later hour: more is out
    server.gold()                  # what is a copy of what, and which stories tell one event
"""

from aggregator.newsroom.gold import Figure, Said, WhatsNew, gold_document, whats_new
from aggregator.newsroom.load import default_folder, load
from aggregator.newsroom.server import Request, Server, serve
from aggregator.newsroom.values import Correction, Event, FeedShape, Mark, Newsroom, Outlet, Story

__all__ = [
    "Correction",
    "Event",
    "FeedShape",
    "Figure",
    "Mark",
    "Newsroom",
    "Outlet",
    "Request",
    "Said",
    "Server",
    "Story",
    "WhatsNew",
    "default_folder",
    "gold_document",
    "load",
    "serve",
    "whats_new",
]
