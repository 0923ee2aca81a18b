"""A digest in other languages: in the mail, in the terminal, and from an edition kept before."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

from aggregator.model import Change, Difference, Sentence
from aggregator.render import (
    MailWords,
    digest_from_json,
    digest_html,
    digest_json,
    digest_mail,
    digest_markdown,
    digest_text,
    event_text,
)
from aggregator.render.columns import width_of
from aggregator.text.tongue import LANGUAGES, tongue_of
from tests.support.digests import NOW, a_digest, a_quake
from tests.support.tongues import PSEUDO, unmarked

GERMAN = tongue_of("de")
ARABIC = tongue_of("ar")


def full():
    """A digest with everything that ours says: changes, differences, quiet edits, trouble with feeds, events left out."""
    digest = a_digest(health=("The Post has moved and is now asked at https://post.example/new.",))
    said = Sentence(
        text="Forty-one are dead.", story_id="2", offset=0, outlet="Post", url="https://post.example/2", at=NOW
    )
    change = Change(kind="figure", sentence=said, before="14", after="41", what="killed")
    difference = Difference(what="injured", sides=(("120", said), ("300", said)))
    first, *others = digest.sections
    event = replace(first.events[0], changes=(change,), differences=(difference,))
    return replace(
        digest, sections=(replace(first, events=(event, *first.events[1:])), *others), edits=(change,), left_out=2
    )


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_text_part_of_the_mail_is_set_for_72_columns_in_every_language(lang):
    words = MailWords(tongue=tongue_of(lang), web_url="https://news.example/digests/7")
    _, text, html = digest_mail(full(), words=words)
    assert max(width_of(line) for line in text.splitlines() if "https://" not in line) <= 72
    assert f'<html lang="{lang}"' in html
    assert ('dir="rtl"' in html.split("<head>")[0]) == (lang == "ar")
    assert not re.search(r"[^\W\d] \d\d:\d\d", html.partition('class="foot"')[0]), "a line may end before a time"
    column = html.partition('class="column"')[2].partition(">")[0]
    assert ("text-align: right" in column) == ('dir="rtl"' in column) == (lang == "ar")


def test_a_german_mail_is_german():
    subject, text, html = digest_mail(full(), words=MailWords(tongue=GERMAN, why="Warum.", stop="Wie."))
    assert subject.startswith("Morning: Earthquake")  # the name and the headline are not ours
    for part in (text, html):
        said = " ".join(re.sub(r"<[^>]+>", " ", part).split())
        assert "unabhängige Berichte" in said
        assert "Strittig: Verletzte: 120" in said
        assert "41 Todesopfer (14)" in said
        assert "The Post ist umgezogen" in said
        assert "2 weitere Ereignisse fehlen hier." in said
        for english in ("outlets", "They differ", "Quietly", "left out", "since"):
            assert english not in said


def test_the_terminal_and_markdown_speak_too_and_keep_the_words_of_stories():
    for told in (digest_text(full(), tongue=GERMAN), digest_markdown(full(), tongue=GERMAN)):
        assert "unabhängige Berichte" in told
        assert full().sections[0].events[0].headline.split()[0] in told
    assert "Warum das zusammengehört" in event_text(a_quake(), now=NOW, why=True, tongue=GERMAN)
    assert "مستقلة" in digest_text(full(), tongue=ARABIC)


def test_new_is_in_the_accent_in_every_language():
    for lang in LANGUAGES:
        tongue = tongue_of(lang)
        assert f"\x1b[31m{tongue.gettext('NEW')}\x1b[0m" in digest_text(a_digest(), colour=True, tongue=tongue)


def test_an_edition_kept_in_one_language_is_told_in_another_and_its_json_is_the_same():
    kept = digest_json(full())
    again = digest_from_json(kept)
    assert digest_json(again) == kept
    assert "unabhängige Berichte" in digest_html(again, tongue=GERMAN)
    assert "independent reports" in digest_html(again)


def own_words(digest):
    """The words of stories, outlets and readers, and the days of the tongue that the pseudo language is made from."""
    events = [event for section in digest.sections for event in section.events]
    texts = [digest.title, *(section.title.upper() for section in digest.sections), PSEUDO.day(NOW)]
    for event in events:
        texts += [event.headline, event.first_outlet, event.headline_outlet]
        sentences = [*event.sentences, *(change.sentence for change in event.changes)]
        texts += [f"{sentence.text} {sentence.outlet}" for sentence in sentences]
    return set(re.findall(r"[^\W\d_]+", " ".join(texts)))


def test_no_word_of_ours_in_a_digest_is_forgotten():
    digest = full()
    _, text, _ = digest_mail(digest, words=MailWords(tongue=PSEUDO, why="", stop=""))
    for told in (text, digest_text(digest, tongue=PSEUDO, width=200)):
        outside = set(re.findall(r"[^\W\d_]{2,}", re.sub(r"https?://\S+", "", unmarked(told))))
        assert outside - own_words(digest) == set()
