"""A newsroom that never runs dry: its five days again and again, at later dates, in other words."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from aggregator.newsroom.values import Correction, Newsroom, Story

VOWELS = "aeiou"
LENGTH = timedelta(days=5)


def season(newsroom: Newsroom, number: int) -> Newsroom:
    """The stories so many times five days later. Vowels change places, so that no story is a copy of an earlier season's."""
    turn = number % len(VOWELS)
    turned = VOWELS[turn:] + VOWELS[:turn]
    words = str.maketrans(VOWELS + VOWELS.upper(), turned + turned.upper())
    return replace(newsroom, stories=tuple(_later(s, number, words) for s in newsroom.stories))


def _later(story: Story, number: int, words: dict[int, int]) -> Story:
    def said(text: str) -> str:
        return text.translate(words)

    def corrected(correction: Correction) -> Correction:
        return replace(
            correction, at=correction.at + number * LENGTH, old=said(correction.old), new=said(correction.new)
        )

    return replace(
        story,
        at=story.at + number * LENGTH,
        title=said(story.title),
        paragraphs=tuple(map(said, story.paragraphs)),
        summary=said(story.summary),
        path=f"{story.path.removesuffix('.html')}-s{number}" + (".html" if story.path.endswith(".html") else ""),
        marks=(),
        corrections=tuple(map(corrected, story.corrections)),
    )
