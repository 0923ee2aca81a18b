"""The brief: a headline and sentences of the stories, verbatim."""

from __future__ import annotations

import pytest

from aggregator.digest import brief, brief_line
from tests.support.building import a_line
from tests.support.digests import QUAKE


def quake_lines():
    return [a_line(str(n), source=outlet, title=title, text=text) for n, (outlet, title, text) in enumerate(QUAKE)]


def a_row(**over):
    stories = [{"id": s.id, "title": s.title, "text": s.text, "source": s.source, "lang": "en"} for s in quake_lines()]
    return {"event": "quake", "stories": stories, **over}


def test_each_sentence_stands_in_its_story_at_its_offset() -> None:
    texts = {row["id"]: row["text"] for row in a_row()["stories"]}
    made = brief_line(a_row())
    assert made["sentences"]
    for sentence in made["sentences"]:
        offset = sentence["offset"]
        assert texts[sentence["story"]][offset : offset + len(sentence["text"])] == sentence["text"]
    assert made["text"] == " ".join(s["text"] for s in made["sentences"])


def test_the_headline_is_one_storys_title_and_names_it() -> None:
    made = brief_line(a_row())
    assert {s.id: s.title for s in quake_lines()}[made["headline_from"]] == made["headline"]


def test_a_plain_headline_is_preferred_to_a_quotation() -> None:
    assert brief("quake", quake_lines()).headline != "'We dig toward the voices'"


@pytest.mark.parametrize("words", [0, 5, 20, 40, 100])
def test_the_account_keeps_to_its_words(words: int) -> None:
    made = brief_line(a_row(), words=words)
    assert len(made["text"].split()) <= words
    assert len(made["sentences"]) <= 3


def test_the_first_sentence_tells_the_event_and_points_back_to_nothing() -> None:
    first = brief("quake", quake_lines()).sentences[0]
    assert "earthquake" in first.text
    assert all(not s.text.startswith("He ") for s in brief("quake", quake_lines()).sentences)


def test_a_dateline_is_not_shown_and_the_rest_is_still_verbatim() -> None:
    line = a_line("1", text="BERLIN (Reuters) - The court ruled on Monday that the tower may be built after all.")
    sentence = brief("e", [line]).sentences[0]
    assert sentence.text.startswith("The court ruled")
    assert line.text is not None
    assert line.text[sentence.offset :] == sentence.text


@pytest.mark.parametrize(
    "chrome",
    [
        "Image copyright Getty Images Image caption The tower by night",
        "By Ada Morrow",
        "ADVERTISEMENT",
        "Sign up for our newsletter to get the morning's stories in your inbox every day.",
        "The tower in 2019. (Photo: Ada Morrow, AFP/Getty Images)",
        "Storm reaches the coast",
        "Updated at 5:10 p.m. ET",
        "Lesen Sie auch: So hoch wird der Turm am Ende wirklich werden.",
    ],
)
def test_what_publishers_put_around_the_text_is_never_shown(chrome: str) -> None:
    prose = "The court ruled on Monday that the tower may be built after all."
    made = brief("e", [a_line("1", text=f"{chrome}\n\n{prose}")])
    assert made.text == prose


def test_what_somebody_unnamed_says_of_himself_is_not_told() -> None:
    text = (
        "The mayor of Harbour said on Sunday that she would resign over the bridge that fell in May. "
        "“The bridge was mine. I will answer for the bridge of Harbour before the council in June. Nobody else.”"
    )
    told = [
        s.text
        for s in brief("bridge", [a_line("1", source="Post", title="Mayor of Harbour resigns", text=text)]).sentences
    ]
    assert told[0].startswith("The mayor")
    assert not any(sentence.startswith(("I will", "I am")) for sentence in told)


@pytest.mark.parametrize(
    ("lang", "opener", "second"),
    [
        ("en", "The museum of Harbour opened its archive of letters on Monday.", "Letters from World War I fill one hall of the museum."),
        ("en", "The museum of Harbour opened its archive of letters on Monday.", "A painting of King Charles I hangs in the great hall."),
        ("en", "The museum of Harbour opened its archive of letters on Monday.", "The archive of the F.B.I. in Newham stays shut."),
        ("it", "Roma ha approvato ieri la nuova legge sul lavoro.", "I ministri hanno votato il testo dopo sette ore di lavoro."),
    ],
)  # fmt: skip
def test_a_numeral_and_a_word_of_another_language_are_nobody_who_speaks(lang: str, opener: str, second: str) -> None:
    made = brief("archive", [a_line("1", title=None, text=f"{opener} {second}", lang=lang)])
    assert {s.text for s in made.sentences} == {opener, second}


@pytest.mark.parametrize(
    "said",
    [
        "But I will answer for the bridge.",
        "The council knows I will go.",
        "On Sunday I will answer.",
        "In Rome, I will answer.",
    ],
)
def test_a_speaker_is_seen_wherever_the_sentence_names_him(said: str) -> None:
    opener = "The mayor of Harbour said on Sunday that she would resign over the bridge that fell in May."
    made = brief("bridge", [a_line("1", title=None, text=f"{opener} {said}")])
    assert [s.text for s in made.sentences] == [opener]


def test_a_headline_without_an_agencys_slug_is_preferred() -> None:
    text = "Lina Ruiz scored in the last minute as Harbour beat Rovers 2-1 in the cup final on Sunday."
    titles = ("Soccer-Late Ruiz goal wins Harbour the cup final", "Is this the end for Rovers?")
    stories = [a_line(str(n), source=str(n), title=title, text=text) for n, title in enumerate(titles)]
    assert brief("cup", stories).headline == titles[1]
    assert brief("cup", stories[:1]).headline == titles[0], "where there is no other it stays as it is"


def test_related_headlines_pasted_into_a_sentence_keep_it_out() -> None:
    glued = (
        "Sen. Ada MorrowMayor asks for help Court rules on towerBuilder MORE said on Monday that the tower was late."
    )
    prose = "The court ruled on Monday that the tower may be built after all."
    assert brief("e", [a_line("1", text=f"{glued}\n\n{prose}")]).text == prose


def test_a_sentence_of_more_than_sixty_words_is_told_only_if_there_is_no_other() -> None:
    endless = f"The council of Newham said on Monday that it had found {'money for the bridge and ' * 12}the school."
    short = "The council of Newham will pay for the bridge and for the school."
    assert brief("e", [a_line("1", text=f"{endless} {short}")]).text == short
    assert brief("e", [a_line("1", text=endless)]).text == endless


PASTED = " Ada Maria MorrowMayor asks for help? Storm nears Court rules on tower MORE"
PIECES = ["Sen. Ada Morrow", "(Lab.) said on Monday that the tower was late."]


def test_a_sentence_with_headlines_pasted_in_comes_as_the_pieces_around_them_each_verbatim() -> None:
    text = f"{PIECES[0]}{PASTED} {PIECES[1]}"
    made = brief_line(a_row(stories=[{"id": "1", "title": "Tower is late", "text": text, "lang": "en"}]))
    assert [text[s["offset"] : s["offset"] + len(s["text"])] for s in made["sentences"]] == PIECES
    assert made["text"] == " ".join(PIECES)


def test_a_sentence_in_pieces_is_one_sentence_and_is_found_again() -> None:
    line = a_line("1", text=f"{PIECES[0]}{PASTED} {PIECES[1]}")
    (sentence,) = brief("e", [line]).sentences
    assert line.text is not None
    assert sentence.text == " ".join(PIECES)
    assert [line.text[start:end] for start, end in sentence.spans] == PIECES
    assert sentence.end == len(line.text)


@pytest.mark.parametrize(
    "rest", [", who leads the party, said on Monday that the tower was late.", "'s tower is late.", "."]
)
def test_pieces_that_do_not_read_on_as_words_do_are_not_shown(rest: str) -> None:
    prose = "The court ruled on Monday that the tower may be built after all."
    made = brief("e", [a_line("1", text=f"The plan was made by {PIECES[0]}{PASTED}{rest}\n\n{prose}")])
    assert made.text == prose


def test_stories_without_text_have_a_headline_and_no_sentences() -> None:
    row = {
        "event": 7,
        "stories": [{"id": "a", "title": "Tower may be built"}, {"id": "b", "title": "Tower: court rules"}],
    }
    made = brief_line(row)
    assert made["event"] == 7
    assert made["headline"] in {"Tower may be built", "Tower: court rules"}
    assert made["sentences"] == []
    assert made["text"] == ""


def test_stories_without_titles_have_sentences_and_no_headline() -> None:
    made = brief_line(
        {"event": "e", "stories": [{"id": "a", "text": "The court ruled on Monday that the tower may be built."}]}
    )
    assert made["headline"] is None
    assert made["headline_from"] is None
    assert made["text"] == "The court ruled on Monday that the tower may be built."


def test_an_event_without_stories_is_no_error() -> None:
    made = brief_line({"event": "e", "stories": []})
    assert (made["headline"], made["sentences"], made["text"]) == (None, [], "")


def test_a_summary_without_a_full_stop_is_still_an_account() -> None:
    made = brief("e", [a_line("1", text="Court rules that the tower on the hill may be built")])
    assert made.text == "Court rules that the tower on the hill may be built"


def test_sentences_of_one_language_are_not_mixed_with_another() -> None:
    german = a_line(
        "9",
        lang="de",
        title="Beben in Cordania",
        text="Ein Erdbeben hat am Dienstag im Süden mindestens 14 Menschen getötet.",
    )
    assert all(s.story_id != "9" for s in brief("quake", [*quake_lines(), german]).sentences)


def test_chinese_and_japanese_stories_have_accounts_too() -> None:
    line = a_line(
        "1",
        lang="zh",
        title="南部发生地震",
        text="南部地区周二凌晨发生六级地震，造成至少十四人死亡。士兵正在搜寻幸存者。",
    )
    assert brief("e", [line]).sentences[0].text.endswith("。")


def test_the_order_of_the_stories_does_not_change_what_is_told() -> None:
    forth, back = brief("e", quake_lines()), brief("e", quake_lines()[::-1])
    assert {s.text for s in forth.sentences} == {s.text for s in back.sentences}
    assert forth.headline == back.headline
