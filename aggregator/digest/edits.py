"""Headlines and figures that outlets changed after publication without a word, old → new."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from aggregator.model import Change, RevisionChange, Sentence, SentenceChange, Story
from aggregator.text.figures import Figure, figures

__all__ = ["quiet_edits"]

_MOST = 8
_MOST_OF_A_STORY = 2


def quiet_edits(edited: Sequence[tuple[Story, Sequence[RevisionChange]]], *, most: int = _MOST) -> tuple[Change, ...]:
    """The silent edits of these stories that a reader should know of: figures first, then headlines, the latest first.

    A figure is shown if exactly one gave way to exactly one of the same kind in a sentence that otherwise stayed: `before`
    and `after` are the figures as written, `sentence` is the new one. A headline's `sentence` says only whose it is. What
    was changed and changed back, and what an outlet itself said that it corrected, is left out.
    """
    found: list[tuple[tuple[int, float], Change]] = []
    for story, revisions in edited:
        silent = [change for change in revisions if change.is_silent]
        of_story = [*_figures(story, silent), *_headline(story, silent)]
        at = max((change.at.timestamp() for change in silent), default=0.0)
        found += [((change.kind != "figure", -at), change) for change in of_story[:_MOST_OF_A_STORY]]
    found.sort(key=lambda pair: pair[0])
    return tuple(change for _, change in found[:most])


def _headline(story: Story, changes: Sequence[RevisionChange]) -> Iterator[Change]:
    """The first headline of the period against the last."""
    of_headline = [change for change in changes if "headline" in change.what_changed]
    if not of_headline:
        return
    before, after = of_headline[0].title_before, of_headline[-1].title_after
    if before and after and before != after and story.title == after:
        yield Change(kind="headline", before=before, after=after, sentence=_said(story, ""))


def _figures(story: Story, changes: Sequence[RevisionChange]) -> Iterator[Change]:
    for change in changes:
        if "figure" not in change.what_changed:
            continue
        for sentence in change.sentences:
            pair = _swapped(sentence, story.lang) if sentence.kind == "changed" else None
            text = sentence.after or ""
            if pair and text in (story.text or ""):
                yield Change(kind="figure", before=pair[0], after=pair[1], sentence=_said(story, text))


def _swapped(sentence: SentenceChange, lang: str | None) -> tuple[str, str] | None:
    """The one figure that gave way to one of the same kind, as written; None if there was more, or less, to it."""
    old, new = sentence.before or "", sentence.after or ""
    before, after = figures(old, lang), figures(new, lang)
    gone, come = _without(before, after), _without(after, before)
    if len(gone) != 1 or len(come) != 1 or gone[0].unit != come[0].unit or gone[0].noun != come[0].noun:
        return None
    return _written(gone[0], old), _written(come[0], new)


def _without(some: Sequence[Figure], others: Sequence[Figure]) -> list[Figure]:
    values = [(f.value, f.unit) for f in others]
    left = []
    for figure in some:
        if (figure.value, figure.unit) in values:
            values.remove((figure.value, figure.unit))
        else:
            left.append(figure)
    return left


def _written(figure: Figure, text: str) -> str:
    """A figure as it stands, with what it counts where that follows at once: "32 per cent", "at least 14 people"."""
    said = text[figure.start : figure.end]
    rest = text[figure.end :].split(maxsplit=1)
    word = rest[0].strip(".,;:!?\"'”’)") if rest else ""  # noqa: RUF001 (marks that follow a word)
    counts = (
        figure.noun is not None
        and word.lower().startswith(figure.noun[:4])
        and text[figure.end : figure.end + 1] == " "
    )
    return f"{said} {word}" if counts else said


def _said(story: Story, text: str) -> Sentence:
    """Where it stands: a sentence of the story as it is now, or "" for the story itself."""
    return Sentence(
        text=text,
        story_id=str(story.id),
        offset=(story.text or "").find(text) if text else 0,
        outlet=story.outlet,
        url=story.url,
        at=story.published_at,
    )
