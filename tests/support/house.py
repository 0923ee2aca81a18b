"""A served app with four stories and a reader: what programs of others read in tests."""

from __future__ import annotations

from dataclasses import dataclass

from aggregator.app.app import App

OWN = "correct horse battery"
STORIES = {64, 128, 192, 256}  # numbers of the stories 1 to 4; the event of 1 to 3 has one between


@dataclass(frozen=True)
class House:
    """A served app, and the password made for a phone."""

    app: App
    address: str
    secret: str

    def marks(self, story_id: int) -> tuple[bool, bool]:
        story = self.app.reading.story(story_id)
        return story.is_read, story.is_starred

    def unread(self) -> set[int]:
        return {s.id for s in self.app.reading.stories("is:unread")}

    @property
    def event(self) -> int:
        """The number of the entry of the event of several outlets."""
        return int(self.app.store.connections.value("SELECT number FROM shared_events"))
