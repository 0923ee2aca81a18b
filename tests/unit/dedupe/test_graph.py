from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import numpy as np
import pytest

from aggregator.dedupe import CopyGraph, Fingerprint, decide, fingerprint


def graph_of(*lines, apart=()):
    graph = CopyGraph(apart=apart)
    for line in lines:
        graph.add(fingerprint(line))
    graph.flush()
    return graph


def sources(graph, *keys):
    return {key: (found.copy_of if (found := graph.decision(key)) else None) for key in keys}


def test_the_earliest_of_equal_texts_is_the_source(story, text):
    graph = graph_of(story("late", text(1), hours=3), story("early", text(1)), story("other", text(2)))
    assert sources(graph, "late", "early", "other") == {"late": "early", "early": None, "other": None}


def test_the_agency_itself_is_the_source_though_a_paper_was_faster(story, text):
    graph = graph_of(
        story("paper", "PARIS (Reuters) - " + text(1), source="Valley Post"),
        story("wire", text(1), hours=1, source="Reuters"),
    )
    assert sources(graph, "paper", "wire") == {"paper": "wire", "wire": None}


def test_an_excerpt_points_at_the_whole_text_though_it_came_first(story, text):
    whole = text(1, 20)
    graph = graph_of(story("teaser", whole[: len(whole) // 3], hours=-2), story("whole", whole))
    assert graph.decision("teaser").copy_of == "whole"
    assert graph.decision("teaser").kind == "excerpt"


def test_copies_point_at_an_original_never_at_a_copy(story, text):
    whole = text(1, 20)
    lines = [story(str(n), whole[: len(whole) - 40 * n], hours=n) for n in range(12)]
    graph = graph_of(*lines)
    for line in lines:
        if found := graph.decision(line.id):
            assert graph.decision(found.copy_of) is None


def test_a_live_page_that_changes_bit_by_bit_does_not_make_its_ends_copies(story, text):
    parts = [text(n, 1) for n in range(60)]
    lines = [story(str(n), " ".join(parts[2 * n : 2 * n + 20]), hours=n / 4, title=f"Live {n}") for n in range(20)]
    graph = graph_of(*lines)
    roots = {line.id: (graph.decision(line.id).copy_of if graph.decision(line.id) else line.id) for line in lines}
    assert roots["0"] != roots["19"]


def test_two_texts_that_quote_one_brief_do_not_become_copies_of_each_other(story, text):
    brief = text(1, 3)
    graph = graph_of(
        story("brief", brief),
        story("one", text(2) + " " + brief, hours=1),
        story("two", text(3) + " " + brief, hours=2),
    )
    assert sources(graph, "one", "two") == {"one": None, "two": None}


def test_stories_more_than_a_week_apart_are_no_copies(story, text):
    graph = graph_of(story("now", text(1)), story("then", text(1), hours=-24 * 7.1))
    assert graph.decision("now") is None
    assert graph.decision("then") is None


def test_what_a_reader_took_apart_stays_apart_and_joins_when_taken_back(story, text):
    graph = graph_of(
        story("a", text(1)), story("b", text(1), hours=1), story("c", text(1), hours=2), apart=[("a", "b")]
    )
    assert sources(graph, "a", "b", "c")["b"] is None
    graph.let_join("a", "b")
    assert graph.flush() >= {"b"}
    assert graph.decision("b").copy_of == "a"
    graph.keep_apart("a", "b")
    graph.flush()
    assert graph.decision("b") is None


def test_a_changed_text_is_decided_anew_and_reported_as_changed(story, text):
    graph = graph_of(story("a", text(1)), story("b", text(1), hours=1))
    graph.add(fingerprint(story("b", text(2), hours=1)))
    assert graph.flush() == {"b"}
    assert graph.decision("b") is None


def test_a_text_removed_and_put_back_changed_is_reported_as_changed(story, text):
    graph = graph_of(story("a", text(1)), story("b", text(1), hours=1))
    graph.remove("b")
    graph.add(fingerprint(story("b", text(2), hours=1)))
    assert graph.flush() == {"b"}


def test_copies_of_a_removed_original_find_another(story, text):
    graph = graph_of(story("a", text(1)), story("b", text(1), hours=1), story("c", text(1), hours=2))
    graph.remove("a")
    assert graph.flush() == {"b", "c"}
    assert sources(graph, "a", "b", "c") == {"a": None, "b": None, "c": "b"}
    assert "a" not in graph
    assert len(graph) == 2


def test_evicted_originals_leave_decisions_as_they_were(story, text):
    old, young = story("old", text(1)), story("young", text(1), hours=30)
    graph = graph_of(old, young)
    graph.evict(old.published_at + timedelta(hours=1))
    assert graph.flush() == set()
    assert graph.decision("young").copy_of == "old"
    assert "old" not in graph


def test_memory_follows_the_window(story, text):
    graph = CopyGraph()
    for day in range(20):
        lines = [story(f"{day}-{n}", text(100 * day + n, 4), hours=24 * day) for n in range(20)]
        for line in lines:
            graph.add(fingerprint(line))
        graph.evict(lines[0].published_at - timedelta(days=3))
        graph.flush()
    assert len(graph) == 80
    graph.add(fingerprint(story("copy", text(1900, 4), hours=24 * 19 + 1, source="Valley Post")))
    graph.flush()
    assert graph.decision("copy").copy_of == "19-0"


def test_an_outlets_standing_lines_are_not_text(story, text):
    standing = "\n" + text(999, 8)
    shows = [story(f"show-{n}", text(n, 2) + standing, hours=n, source="Radio Harn") for n in range(6)]
    assert all(found is None for _, found in decide(shows))
    two = [replace(line, title="One title") for line in shows[:2]]
    assert any(found for _, found in decide(two)), "without the others nothing tells the standing lines from the text"


def test_evidence_points_into_the_full_texts(story, text):
    standing = text(999, 3) + "\n"
    others = [story(f"o{n}", standing + text(50 + n), source="Radio Harn", hours=n) for n in range(4)]
    copied = text(1)
    graph = graph_of(*others, story("wire", copied), story("radio", standing + copied, hours=1, source="Radio Harn"))
    found = graph.decision("radio")
    assert found.copy_of == "wire"
    start, there, length = found.evidence[0]
    assert start == len(standing.split())
    assert there == 0
    assert length == len(copied.split())


def test_the_reason_names_the_original_the_share_and_the_time(story, text):
    graph = graph_of(
        story("a", text(1), title="Flood in Harnfield"), story("b", text(2, 1) + text(1), hours=3, source="Valley Post")
    )
    reason = graph.decision("b").reason
    assert "“Flood in Harnfield” (Arle Courier)" in reason
    assert "3 hours earlier" in reason
    assert " % of its " in reason


def test_fingerprints_survive_storage(story, text):
    made = fingerprint(story("a", text(1), credit="dpa"))
    assert Fingerprint.from_bytes(made.to_bytes()) == made
    with pytest.raises(ValueError, match="version"):
        Fingerprint.from_bytes(b"\x00" + made.to_bytes()[1:])
    with pytest.raises(ValueError, match="cut off"):
        Fingerprint.from_bytes(made.to_bytes()[:-1])


def test_stories_with_nothing_to_compare_are_originals(story):
    lines = [replace(story(str(n), None), title=None) for n in range(3)] + [replace(story("dots", "..."), title="?")]
    assert all(found is None for _, found in decide(lines))


def test_a_state_of_another_version_is_not_taken(story, text):
    lines = [story(str(n), text(n // 2), hours=n) for n in range(6)]
    state = graph_of(*lines).state()
    said = state["said"].tobytes()
    for bad in (b'{"version":0}', said.replace(b'"version":', b'"version":1')):
        graph = CopyGraph()
        for line in lines:
            graph.add(fingerprint(line))
        assert not graph.restore(state | {"said": np.frombuffer(bad, dtype=np.uint8)})
        graph.flush()
        assert sources(graph, "1", "3", "5") == {"1": "0", "3": "2", "5": "4"}
