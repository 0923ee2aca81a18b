"""The reader's hands on events and copies: acts that are recorded, carried out at once, and can be undone."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from aggregator.app.clock import Clock
from aggregator.app.polling import Polling
from aggregator.errors import AggregatorError
from aggregator.store import Store
from aggregator.store.edits import Edit

__all__ = ["Editing"]

READER = 1


@dataclass(frozen=True, slots=True)
class Editing:
    """Split, join and pin events, say that a story is no copy; the clusterer obeys from then on, also in a rebuild."""

    store: Store
    clock: Clock
    polling: Polling

    def split(self, event_id: int, story_ids: Sequence[int], *, reader_id: int = READER) -> int:
        """Say that these stories tell of something else than the rest of the event; returns the edit's id.

        Raises:
            EventNotFound: there is no such event.
            AggregatorError: a story is not in it, or none would stay.

        """
        members = self._keys_of_event(event_id)
        strangers = [i for i in story_ids if i not in members]
        if strangers:
            raise AggregatorError(f"Story {strangers[0]} is not in event {event_id}; see: aggregator event {event_id}")
        out = [members[i] for i in story_ids]
        kept = [key for i, key in members.items() if i not in set(story_ids)]
        if not kept:
            raise AggregatorError(f"That would leave nothing of event {event_id}; name only the stories to take out.")
        return self._act("split", (kept, out), reader_id)

    def join(self, event_ids: Sequence[int], *, reader_id: int = READER) -> int:
        """Say that these events are one; returns the edit's id.

        Raises:
            EventNotFound: there is no such event.
            AggregatorError: fewer than two different events.

        """
        groups = {self.store.events.get(i).id: list(self._keys_of_event(i).values()) for i in event_ids}
        if len(groups) < 2:  # noqa: PLR2004 (it takes two)
            raise AggregatorError("Name at least two different events to join.")
        first, *others = groups.values()
        return self._act("join", (first[:1], [key for group in others for key in group] + first[1:]), reader_id)

    def pin(self, story_id: int, event_id: int, *, reader_id: int = READER) -> int:
        """Say that this story belongs to this event; returns the edit's id.

        Raises:
            EventNotFound, StoryNotFound: there is no such thing.

        """
        key = self._key(story_id)
        members = [k for k in self._keys_of_event(event_id).values() if k != key]
        if not members:
            raise AggregatorError(f"Story {story_id} is the only one of event {event_id} already.")
        return self._act("pin", ([key], members), reader_id)

    def not_a_copy(self, story_id: int, *, reader_id: int = READER) -> int:
        """Say that this story is no copy of the one it counts as a copy of, nor of its other copies; returns the edit's id.

        Raises:
            StoryNotFound: there is no such story.
            AggregatorError: it counts as an original.

        """
        story = self.store.stories.get(story_id)
        if story.copy_of is None:
            raise AggregatorError(f"Story {story_id} counts as an original; there is nothing to undo.")
        others = self.store.stories.keys_of_copies(story.copy_of)
        key = others.pop(story_id)
        return self._act("not-a-copy", ([self._key(story.copy_of), *others.values()], [key]), reader_id)

    def undo(self, edit_id: int | None = None) -> Edit:
        """Take an act back, the latest if none is named.

        Raises:
            NotFound: there is none.

        """
        edit = self.store.edits.undo(edit_id, now=self.clock())
        self.polling.obey()
        return edit

    def log(self) -> tuple[Edit, ...]:
        """All acts, newest first."""
        return self.store.edits.log()

    def _act(self, kind: str, groups: tuple[Sequence[str], Sequence[str]], reader_id: int) -> int:
        edit_id = self.store.edits.add(kind, groups, reader_id=reader_id, now=self.clock())
        self.polling.obey()
        return edit_id

    def _keys_of_event(self, event_id: int) -> dict[int, str]:
        """Keys of an event's stories by id, oldest first."""
        return self.store.stories.keys_of_event(self.store.events.get(event_id).id)

    def _key(self, story_id: int) -> str:
        return self.store.stories.key(story_id)
