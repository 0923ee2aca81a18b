"""Stories for the tests of clustering, with good defaults."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from aggregator.cluster import EventGraph, Features, features
from aggregator.model import StoryLine

START = datetime(2026, 11, 20, 8, tzinfo=UTC)

FIRE = (
    "Warehouse fire in Lodz injures twelve workers",
    (
        "A fire tore through a furniture warehouse in the Polish city of Lodz on Friday, injuring twelve workers. Firefighters "
        "from Lodz fought the blaze for six hours. Mayor Hanna Wolska said the warehouse had passed its last inspection."
    ),
)
FIRE_TOO = (
    "Twelve hurt as furniture warehouse burns in Lodz",
    (
        "Twelve workers were injured when a furniture warehouse caught fire in Lodz, Poland, on Friday, mayor Hanna Wolska "
        "said. The blaze burned for six hours before firefighters put it out."
    ),
)
FIRE_AGAIN = (
    "Lodz warehouse blaze: prosecutors open inquiry after twelve injured",
    (
        "Prosecutors in Lodz are looking into the furniture warehouse fire that injured twelve workers on Friday. Firefighters "
        "needed six hours. The inspection reports praised by mayor Hanna Wolska will be examined."
    ),
)
STRIKE = (
    "Lisbon tram drivers call a two-day strike over rosters",
    (
        "Tram drivers in Lisbon will walk out for two days next week in a dispute over rosters, their union Sitra said. Carris "
        "called the strike out of proportion and promised replacement buses on the busiest lines."
    ),
)
CHILE = (
    "Magnitude 6.4 earthquake shakes northern Chile",
    (
        "A magnitude 6.4 earthquake shook northern Chile early on Friday, the seismological centre said. There were no "
        "immediate reports of damage. People ran into the streets of Iquique."
    ),
)
PERU = (
    "Magnitude 6.1 earthquake shakes southern Peru",
    (
        "A magnitude 6.1 earthquake shook southern Peru early on Friday, the seismological centre said. There were no "
        "immediate reports of damage. People ran into the streets of Tacna."
    ),
)


def a_line(name: str, told: tuple[str, str | None] = FIRE, *, hours: float = 0.0, lang: str | None = "en") -> StoryLine:
    return StoryLine(id=name, title=told[0], text=told[1], published_at=START + timedelta(hours=hours), lang=lang)


def a_story(name: str, told: tuple[str, str | None] = FIRE, *, hours: float = 0.0) -> Features:
    return features(a_line(name, told, hours=hours))


def decided(*stories: Features) -> EventGraph:
    graph = EventGraph()
    for story in stories:
        graph.add(story)
    graph.flush()
    return graph


def together(graph: EventGraph, *names: str) -> bool:
    return len({graph.assignment(name).event for name in names}) == 1
