"""Frozen values that flow through the rooms: observations, decisions and records.

Observations say what came from outside (`ParsedEntry`, `Article`), decisions say what should change and why
(`CopyMatch`, `EventAssignment`), records say what is stored (`Feed`, `Story`, `Event`).
"""

from aggregator.model.article import Article
from aggregator.model.digest import (
    Brief,
    Change,
    Difference,
    Digest,
    DigestEvent,
    DigestSection,
    Sentence,
    SourceLine,
    Told,
    TopicMatch,
)
from aggregator.model.entry import Chapter, Enclosure, ParsedEntry, ParsedFeed, StoredEnclosure
from aggregator.model.event import AnyEvent, BriefEvent, BriefStory, Event, EventAssignment, EventMember, EventView
from aggregator.model.feed import Access, Feed, FeedList, FeedSpec, FeedUpdate, FolderSpec, PageSelectors, Wishes
from aggregator.model.revision import Revision, RevisionChange, SentenceChange
from aggregator.model.story import CopyMatch, Story, StoryLine

__all__ = [
    "Access",
    "AnyEvent",
    "Article",
    "Brief",
    "BriefEvent",
    "BriefStory",
    "Change",
    "Chapter",
    "CopyMatch",
    "Difference",
    "Digest",
    "DigestEvent",
    "DigestSection",
    "Enclosure",
    "Event",
    "EventAssignment",
    "EventMember",
    "EventView",
    "Feed",
    "FeedList",
    "FeedSpec",
    "FeedUpdate",
    "FolderSpec",
    "PageSelectors",
    "ParsedEntry",
    "ParsedFeed",
    "Revision",
    "RevisionChange",
    "Sentence",
    "SentenceChange",
    "SourceLine",
    "StoredEnclosure",
    "Story",
    "StoryLine",
    "Told",
    "TopicMatch",
    "Wishes",
]
