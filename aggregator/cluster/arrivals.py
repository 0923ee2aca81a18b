"""What the event of a story is called at the moment the story comes: a name that lasts."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable

__all__ = ["Arrivals"]


class Arrivals:
    """The names that were told, one story after the other.

    The key of an event is its earliest story, and changes when an earlier one joins it. Told as they fall, events would change
    their names on the way and fall apart for whoever listens. So an event keeps the name under which most of its stories were
    told. Of the two parts of an event the one with more of these keeps it.
    """

    def __init__(self) -> None:
        self._name: dict[str, str] = {}
        self._told: defaultdict[str, list[str]] = defaultdict(list)

    def tell(self, story: str, members: Iterable[str], event_of: Callable[[str], str]) -> str:
        """What to call the event of a story that has just come: the name of an event told before, or the story's id.

        `members` are the stories of its event now, `event_of` gives the key of the event of every story told so far, now.
        """
        here = Counter(self._name[member] for member in members if member in self._name)
        names = sorted(here, key=lambda name: (-here[name], name))
        name = next((name for name in names if here[name] >= self._most_in_one_event(name, event_of)), story)
        self._name[story] = name
        self._told[name].append(story)
        return name

    def _most_in_one_event(self, name: str, event_of: Callable[[str], str]) -> int:
        return max(Counter(event_of(story) for story in self._told[name]).values())
