"""A newsroom written by somebody else: read, or refused with a line that says where and what."""

import shutil

import pytest

from aggregator.errors import ConfigError
from aggregator.newsroom import default_folder, load

STORY = """
about = "A bridge opens."

[facts]
length = "length in metres"

[[story]]
id = "first"
outlet = "courier"
at = 2026-03-02T05:12:00Z
title = "Bridge opens"
text = '''
A bridge was opened. [It is 300 metres long.](length=300)

It is
painted red.
'''
"""


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "events").mkdir()
    shutil.copy(default_folder() / "outlets.toml", tmp_path)
    return tmp_path


def write(folder, text):
    (folder / "events" / "bridge.toml").write_text(text, encoding="utf-8")
    return folder


def test_a_story_is_read_with_its_marks_taken_out(folder):
    (story,) = load(write(folder, STORY)).stories
    assert story.paragraphs == ("A bridge was opened. It is 300 metres long.", "It is painted red.")
    assert [(m.fact, m.value, m.passage) for m in story.marks] == [("length", "300", "It is 300 metres long.")]
    assert story.path == "/2026/03/02/bridge-opens"
    assert story.summary == story.paragraphs[0]


def test_a_copy_takes_its_sources_text_with_a_lede_of_its_own(folder):
    copy = """
[[story]]
outlet = "radio"
at = 2026-03-02T06:00:00Z
title = "Over the river"
copy_of = "first"
kind = "near"
lede = "At last."
keep = [1, 1]
"""
    newsroom = load(write(folder, STORY + copy))
    source, taken = newsroom.stories
    assert taken.paragraphs == ("At last.", source.paragraphs[0])
    assert taken.copy_of == source.id
    assert taken.marks == source.marks


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("courier", "herald", "no outlet 'herald'"),
        ("(length=300)", "(lenght=300)", "no fact of this event"),
        ("title =", "headline =", "unknown key 'headline'"),
        ("05:12:00Z", "05:12:00", "no moment with a zone"),
        ("about =", "abuot =", "unknown key 'abuot'"),
        ('id = "first"', 'id = "first"\ncopy_of = "other"\nkind = "near"', "names no story above it"),
        ('id = "first"', 'id = "first"\nkind = "near"', "both copy_of and kind"),
        ("[facts]", "differ = ['depth']\n[facts]", "no fact of this event"),
        ("text = '''", "text = '''\n'''\nsummary = '''", "nothing to read"),
        ('"A bridge opens."', '"A bridge opens.', "cannot be read"),
    ],
)
def test_a_mistake_is_named_with_its_file(folder, old, new, said):
    with pytest.raises(ConfigError, match=said) as refused:
        load(write(folder, STORY.replace(old, new, 1)))
    assert "bridge.toml" in str(refused.value)


def test_a_correction_of_words_that_are_not_there_is_refused(folder):
    row = '\n[[story.correction]]\nat = 2026-03-03T05:00:00Z\nold = "310"\nnew = "300"\n'
    with pytest.raises(ConfigError, match="not in the story"):
        load(write(folder, STORY + row))


def test_two_stories_at_one_address_are_refused(folder):
    again = STORY.partition("[[story]]")[2].replace('id = "first"', "")
    with pytest.raises(ConfigError, match="one address"):
        load(write(folder, STORY + "[[story]]" + again))


def test_a_folder_without_outlets_or_events_is_refused(folder, tmp_path):
    with pytest.raises(ConfigError, match="holds no event"):
        load(folder)
    with pytest.raises(ConfigError, match=r"outlets\.toml is missing"):
        load(tmp_path / "elsewhere")


def test_a_wrong_feed_format_is_refused(folder):
    path = folder / "outlets.toml"
    path.write_text(path.read_text(encoding="utf-8").replace('format = "atom"', 'format = "gopher"'), encoding="utf-8")
    with pytest.raises(ConfigError, match="'gopher' is none of rss2"):
        load(write(folder, STORY))
