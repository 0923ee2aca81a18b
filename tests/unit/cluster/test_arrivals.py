"""What events are called as their stories come."""

from __future__ import annotations

from aggregator.cluster import Arrivals


class Listener:
    """Tells stories one by one; an event is named by its first letter here, and its key is whatever a test says."""

    def __init__(self) -> None:
        self.arrivals = Arrivals()
        self.event: dict[str, str] = {}

    def tell(self, story: str, event: str) -> str:
        self.event[story] = event
        members = [other for other, of in self.event.items() if of == event]
        return self.arrivals.tell(story, members, self.event.__getitem__)

    def move(self, event: str, *stories: str) -> None:
        self.event.update(dict.fromkeys(stories, event))


def test_an_event_that_an_earlier_story_joins_keeps_its_name():
    listener = Listener()
    assert [listener.tell(story, "b") for story in ("b", "c", "d")] == ["b", "b", "b"]
    listener.move("a", "b", "c", "d")  # `a` was published first
    assert listener.tell("a", "a") == "b"
    assert listener.tell("e", "a") == "b"


def test_of_two_events_that_become_one_the_name_told_more_often_stays():
    listener = Listener()
    assert listener.tell("a", "a") == "a"
    assert [listener.tell(story, "b") for story in ("b", "c")] == ["b", "b"]
    listener.move("a", "b", "c")
    assert listener.tell("d", "a") == "b"


def test_two_parts_of_an_event_do_not_share_its_name():
    listener = Listener()
    for story in ("a", "b", "c", "d", "e"):
        listener.tell(story, "a")
    listener.move("d", "d", "e")
    assert listener.tell("f", "a") == "a"
    assert listener.tell("g", "d") == "g"
    assert listener.tell("h", "d") == "g"


def test_what_is_forgotten_with_time_takes_no_name_along():
    listener = Listener()
    listener.tell("a", "a")
    assert listener.arrivals.tell("b", ["b"], listener.event.__getitem__) == "b"
