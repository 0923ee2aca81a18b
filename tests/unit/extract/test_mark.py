"""Whether a page that is read again says the same: what an edit changes counts, what stands around it does not."""

from __future__ import annotations

import pytest

from aggregator.extract import extract_page
from aggregator.extract.mark import says_the_same
from aggregator.pipeline.work import extract_again

PARAGRAPHS = [
    f"Sentence number {n} tells what the council of the harbour town did on day {n} of the long dispute about the bridge."
    for n in range(8)
]


def page(
    *,
    title: str = "Bridge closes",
    text: list[str] = PARAGRAPHS,
    above: str = "5 minutes ago",
    below: str = "3 comments",
) -> bytes:
    body = "".join(f"<p>{p}</p>" for p in text)
    return (
        f"<html lang='en'><title>{title}</title><body><nav><a href='/'>Home</a></nav><script>nonce={len(above)}</script>"
        f"<h1>{title}</h1><p>{above}</p><article>{body}</article><p>{below}</p></body></html>"
    ).encode()


def mark() -> str:
    found = extract_page(page()).mark
    assert found is not None
    return found


@pytest.mark.parametrize(
    "around",
    [
        {"above": "2 hours ago"},
        {"below": "418 comments"},
        {
            "below": "<a href='/x'>"
            "Ferry timetable changes again as the council of the town looks for other ways to cross</a>"
        },
    ],
    ids=["time", "counter", "link"],
)
def test_what_changes_around_the_text_changes_nothing(around: dict[str, str]) -> None:
    assert says_the_same(page(**around), charset=None, mark=mark())
    assert extract_again(page(**around), charset=None, mark=mark(), url=None, feed_text=None) is None


@pytest.mark.parametrize(
    "edited",
    [
        page(title="Bridge to close"),
        page(text=[*PARAGRAPHS[:3], "Nine dead.", *PARAGRAPHS[3:]]),
        page(text=[p.replace("day 4", "day 5") for p in PARAGRAPHS]),
        page(text=PARAGRAPHS[:-1]),
        page(
            text=[
                *PARAGRAPHS,
                "On Friday the mayor said that she would resign over the dispute, and left the town hall.",
            ]
        ),
        page(below="Correction: An earlier version of this article gave a wrong name."),
    ],
    ids=["headline", "short line", "figure", "removal", "addition at the end", "correction"],
)
def test_an_edit_is_seen(edited: bytes) -> None:
    assert not says_the_same(edited, charset=None, mark=mark())
    assert extract_again(edited, charset=None, mark=mark(), url=None, feed_text=None) is not None


def test_a_page_without_a_text_has_no_mark() -> None:
    assert extract_page(b"<html><title>Video</title><h1>Video</h1><video></video></html>").mark is None
