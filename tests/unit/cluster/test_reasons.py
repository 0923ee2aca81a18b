"""What a reader is told of why two stories are together."""

from aggregator.cluster.reasons import reason
from tests.unit.cluster.builders import FIRE, FIRE_TOO, a_story


def test_a_year_is_no_shared_figure():
    one, other = (
        a_story(name, (title, f"{text} It burned in 2026, as 340 other houses did."))
        for name, (title, text) in (("a", FIRE), ("b", FIRE_TOO))
    )
    assert "shared figures: 340;" in reason(one, other, 0.9, 1, by_hand=False)
