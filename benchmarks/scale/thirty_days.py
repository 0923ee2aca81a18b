"""Draw the thirty simulated days (tests/integration/test_thirty_days.py) as docs/images/thirty-days.svg:

SOAK=1 SOAK_FIGURES=benchmarks/scale/thirty_days.csv python -m pytest tests/integration/test_thirty_days.py
python benchmarks/scale/thirty_days.py
"""

from __future__ import annotations

import csv
from collections.abc import Iterator
from pathlib import Path

HERE = Path(__file__).parent
TARGET = HERE.parents[1] / "docs" / "images" / "thirty-days.svg"
WIDTH, HEIGHT, LEFT, GAP = 640, 92, 150, 34
PANELS = (("memory_mb", "Memory, MB"), ("files", "Open files"), ("database_mb", "Database, MB"), ("stories", "Stories"))
STYLE = (
    "text{font:13px sans-serif;fill:#5f5b54}.axis{stroke:#dedad2}.line{fill:none;stroke:#8a2b1d;stroke-width:1.5}"
    "@media(prefers-color-scheme:dark){text{fill:#a8a299}.axis{stroke:#34312d}.line{stroke:#f0917f}}"
)


def picture(rows: list[dict[str, str]]) -> Iterator[str]:
    tall = len(PANELS) * (HEIGHT + GAP) + GAP
    yield f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {tall}" role="img" aria-labelledby="t">'
    yield f'<title id="t">Memory, open files, database and stories over {len(rows)} simulated days</title><style>{STYLE}</style>'
    for number, (name, words) in enumerate(PANELS):
        yield from panel([float(row[name]) for row in rows], words, top=GAP + number * (HEIGHT + GAP))
    for day in (1, 10, 20, len(rows)):
        yield f'<text x="{across(day - 1, len(rows)):.1f}" y="{tall - GAP / 2}" text-anchor="middle">{f"day {day}" if day == 1 else day}</text>'
    yield "</svg>"


def panel(values: list[float], words: str, *, top: float) -> Iterator[str]:
    """One measure from nought up to its greatest value."""
    most = max(values)
    points = " ".join(f"{across(i, len(values)):.1f},{top + HEIGHT * (1 - v / most):.1f}" for i, v in enumerate(values))
    bottom = top + HEIGHT
    yield f'<line class="axis" x1="{LEFT}" x2="{WIDTH - 20}" y1="{bottom}" y2="{bottom}"/><polyline class="line" points="{points}"/>'
    yield f'<text x="0" y="{top + HEIGHT / 2}">{words}</text>'
    yield f'<text x="{LEFT - 8}" y="{top + 10}" text-anchor="end">{most:g}</text><text x="{LEFT - 8}" y="{bottom}" text-anchor="end">0</text>'


def across(index: int, count: int) -> float:
    return LEFT + (WIDTH - 20 - LEFT) * index / max(count - 1, 1)


if __name__ == "__main__":
    with (HERE / "thirty_days.csv").open(encoding="utf-8") as file:
        TARGET.write_text("\n".join(picture(list(csv.DictReader(file)))) + "\n", "utf-8")
