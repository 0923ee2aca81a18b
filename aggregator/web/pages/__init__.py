"""Pages, a blueprint for each part of the product."""

from flask import Blueprint

from aggregator.web.pages.account import account
from aggregator.web.pages.acts import acts
from aggregator.web.pages.digests import digests
from aggregator.web.pages.events import events
from aggregator.web.pages.feeds import feeds
from aggregator.web.pages.front import front
from aggregator.web.pages.images import images
from aggregator.web.pages.mail import mail
from aggregator.web.pages.outlets import outlets
from aggregator.web.pages.recordings import recordings
from aggregator.web.pages.stories import stories
from aggregator.web.pages.topics import topics

__all__ = ["PAGES"]

PAGES: tuple[Blueprint, ...] = (
    front,
    events,
    stories,
    topics,
    feeds,
    outlets,
    images,
    recordings,
    digests,
    acts,
    account,
    mail,
)
