"""Titles, bylines, dates, credits and walls: single rules, one table each."""

from __future__ import annotations

import pytest
from selectolax.lexbor import LexborHTMLParser

from aggregator.errors import ExtractError
from aggregator.extract import extract_page
from aggregator.extract.bylines import find_authors
from aggregator.extract.credit import find_credit
from aggregator.extract.dates import find_dates
from aggregator.extract.facts import own_address
from aggregator.extract.head import Head, read_head
from aggregator.extract.images import find_image
from aggregator.extract.iso import to_iso
from aggregator.extract.names import names_in
from aggregator.extract.titles import choose_title, cut_site

PROSE = "<p>" + "The council voted on Tuesday to close the bridge for eleven months. " * 5 + "</p>"


@pytest.mark.parametrize(
    ("title", "names", "want"),
    [
        ("Bridge closes | The Ellery Post", ["The Ellery Post"], "Bridge closes"),
        ("Bridge closes - Ellery Post", ["The Ellery Post"], "Bridge closes"),
        ("The Ellery Post: Bridge closes for a year", ["The Ellery Post"], "Bridge closes for a year"),
        ("Opinion | Close the bridge", [], "Close the bridge"),
        ("Storm hits north - thousands without power", ["Ellery Post"], "Storm hits north - thousands without power"),
        ("Report: Bridge closes for a year", ["Bleacher Report"], "Report: Bridge closes for a year"),
        ("桥将关闭十一个月：临湖日报", ["临湖日报"], "桥将关闭十一个月"),
        ("Bridge closes", ["The Ellery Post"], "Bridge closes"),
    ],
)
def test_the_site_name_is_cut_from_a_title_and_nothing_else(title, names, want):
    assert choose_title(told=[("meta", title)], headings=[], site_names=names, url=None)[0] == want


@pytest.mark.parametrize(
    ("told", "headings", "want"),
    [
        ("Bridge closes", ["The Ellery Post", "Bridge closes"], ("Bridge closes", "h1")),
        (
            "Bridge closes for eleven months",
            ["City\nBridge closes for eleven months"],
            ("Bridge closes for eleven months", "meta"),
        ),
        ("How to close a bridge", ["Order our tickets today"], ("How to close a bridge", "meta")),
        (
            "Council votes to close old bridge",
            ["Council votes to close the old swing bridge"],
            ("Council votes to close the old swing bridge", "h1"),
        ),
    ],
)
def test_a_heading_that_a_told_title_confirms_is_the_headline(told, headings, want):
    found = choose_title(told=[("meta", told)], headings=headings, site_names=["The Ellery Post"], url=None)
    assert found == want


def test_a_title_that_is_all_site_name_is_not_cut_to_nothing():
    assert cut_site("Ellery Post", frozenset({"ellerypost"})) == "Ellery Post"


@pytest.mark.parametrize(
    ("byline", "want"),
    [
        ("By Ann Lee and Bo Chen, Staff Writers", ("Ann Lee", "Bo Chen")),
        ("Von Ida Brandt und Ole Timm", ("Ida Brandt", "Ole Timm")),
        ("Par Anaïs Roy", ("Anaïs Roy",)),
        ("Written by Dr. Mara Quill, Ph.D.", ("Dr. Mara Quill",)),
        ("John Garcia Jr.", ("John Garcia Jr.",)),
        ("Maria & Katerina", ("Maria", "Katerina")),
        ("作者：陈雨", ("陈雨",)),
        ("Staff", ()),
        ("admin", ()),
        ("Redaktion", ()),
        ("March 3, 2026", ()),
        ("https://example.org/author/x", ()),
        (", The Daily Journal", ()),
        ("5 min read", ()),
        ("View all posts by Ann Lee", ("Ann Lee",)),
        ("Rachel Moore Senior Editor", ("Rachel Moore",)),
    ],
)
def test_names_are_taken_from_bylines(byline, want):
    assert names_in(byline) == want


def test_people_are_preferred_to_the_organisations_they_work_for():
    head = read_head(
        '<head><meta name="author" content="Ellery Post"><meta property="og:site_name" content="Ellery Post"></head>'
    )
    parser = LexborHTMLParser('<body><h1>Bridge</h1><div class="byline">By <a rel="author">Ann Lee</a></div></body>')
    assert find_authors(head, parser, headline="Bridge", site="Ellery Post") == (("Ann Lee",), "byline")


def test_co_authors_marked_alike_are_found_together():
    html = '<h1>Bridge</h1><p class="by"><a rel="author">Ann Lee</a><a rel="author">Bo Chen</a></p>'
    assert find_authors(Head(), LexborHTMLParser(html), headline="Bridge")[0] == ("Ann Lee", "Bo Chen")


def test_a_commenter_is_not_the_author():
    html = f'<main><h1>Bridge</h1>{PROSE}</main><section class="comments"><b class="author">Troll McTroll</b></section>'
    assert find_authors(Head(), LexborHTMLParser(html), headline="Bridge")[0] == ()


@pytest.mark.parametrize(
    ("text", "want"),
    [
        ("2026-03-03T21:40:00+01:00", "2026-03-03T21:40:00+01:00"),
        ("2026-03-03T21:40:00Z", "2026-03-03T21:40:00+00:00"),
        ("2026-03-03T21:40:00", "2026-03-03"),
        ("20260303T214000Z", "2026-03-03T21:40:00+00:00"),
        ("2026-03-03", "2026-03-03"),
        ("Tue, 03 Mar 2026 21:40:00 GMT", "2026-03-03T21:40:00+00:00"),
        ("Fri Apr 28 19:20:36 CEST 2023", "2023-04-28T19:20:36+02:00"),
        ("12/20/2023 20:41:43", "2023-12-20"),
        ("10.12.2022, 07:00:03", "2022-12-10"),
        ("March 3, 2026", "2026-03-03"),
        ("2026-02-30", None),
        ("Tue, 03 Mar 2026 21:40:00 +2400", None),
        ("yesterday", None),
        ("1026-03-03", None),
        ("", None),
    ],
)
def test_dates_keep_their_zone_or_are_a_day_alone(text, want):
    assert to_iso(text) == want


@pytest.mark.parametrize(
    ("line", "lang", "want"),
    [
        ("Published 3 March 2026", "en", "2026-03-03"),
        ("Stand: 3. März 2026, 22:10 Uhr", "de", "2026-03-03"),
        ("2026年03月03日 21:40", "zh", "2026-03-03"),
        ("03/04/2026", "en", "2026-03-04"),
        ("03/04/2026", "fr", "2026-04-03"),
        ("The council met on the bridge.", "en", None),
    ],
)
def test_a_date_a_reader_sees_is_read_in_the_order_of_the_language(line, lang, want):
    assert find_dates(Head(), lines=[line], lang=lang).published == want


TOLD_MACHINES = "2026-03-05T09:00:00+00:00"


@pytest.mark.parametrize(
    ("lines", "body", "url", "want"),
    [
        (["March 3, 2026"], "", None, "2026-03-03"),
        (["Published March 3, 2026", "Updated March 5, 2026"], "", None, "2026-03-03"),
        ([], '<time pubdate datetime="2026-03-03">', None, "2026-03-03"),
        ([], "", "https://example.com/2026/03/03/bridge", "2026-03-03"),
        (["March 5, 2026", "On March 3, 2026"], "", None, TOLD_MACHINES),
        (["March 9, 2026"], "", None, TOLD_MACHINES),
        (["March 3, 2026", "February 2, 2026"], "", None, TOLD_MACHINES),
        (["The council voted on Tuesday to close it. " * 4, "March 3, 2026"], "", None, TOLD_MACHINES),
        (["The bridge was closed on March 3, 2026 for what was to be a month and a half"], "", None, TOLD_MACHINES),
    ],
    ids=["shown", "labelled", "marked", "address", "both", "later", "several", "below the text", "in a sentence"],
)
def test_an_earlier_day_that_readers_are_shown_is_the_day_of_publication(lines, body, url, want):
    head = read_head(f'<head><meta property="article:published_time" content="{TOLD_MACHINES}"></head>')
    parser = LexborHTMLParser(f"<body>{body}</body>")
    assert find_dates(head, parser=parser, lines=lines, url=url, lang="en").published == want


def test_the_day_it_was_updated_is_not_the_day_it_was_published():
    found = find_dates(Head(), lines=["Updated March 5, 2026", "March 3, 2026"], lang="en")
    assert found.published == "2026-03-03"


@pytest.mark.parametrize(
    ("text", "authors", "want"),
    [
        ("KYIV (AP) — Officials said on Tuesday.", [], "AP"),
        ("PORT ELLERY, March 3 (Reuters) - The council", [], "Reuters"),
        ("Berlin (dpa) - Der Rat", [], "dpa"),
        ("（新华社北京3月3日电）", [], "Xinhua"),
        ("The council met.", ["The Associated Press"], "AP"),
        ("The council met.\n\n© AFP", [], "AFP"),
        (f"{'Rada obradowała długo. ' * 6}Nic nie postanowiła. (PAP)", [], "PAP"),
        (f"{'Der Rat tagte lange. ' * 6}Er beschloss nichts. (APA)", [], "APA"),
        ("He works for AP Moller and met the council.", [], None),
        ("The council met.", ["Ann Lee"], None),
    ],
)
def test_the_agency_is_named(text, authors, want):
    assert find_credit(Head(), text=text, authors=authors)[0] == want


@pytest.mark.parametrize(
    ("canonical", "want"),
    [
        ("/city/b", "https://ellery.example/city/b"),
        ("https://www.ellery.example/city/b?utm_source=x", "https://www.ellery.example/city/b"),
        ("https://ellery.example/", None),
        ("https://other.example/city/b", None),
        ("https://two.blogs.example/city/b", None),
        ("javascript:alert(1)", None),
    ],
)
def test_a_canonical_address_is_of_this_site_and_not_its_front_page(canonical, want):
    head = read_head(f'<head><link rel="canonical" href="{canonical}"></head>')
    assert own_address(head, "https://ellery.example/city/b?x=1")[0] == want


def test_a_logo_is_not_the_lead_image():
    head = read_head('<head><meta property="og:image" content="https://e.example/img/logo.png"></head>')
    assert find_image(head, LexborHTMLParser(""), url="https://e.example/a")[0] is None


def test_an_address_in_a_picture_that_cannot_be_opened_is_dropped():
    head = read_head('<head><meta property="og:image" content="data:image/png;base64,AAAA"></head>')
    assert find_image(head, LexborHTMLParser(""), url="https://e.example/a")[0] is None


def test_markup_in_scripts_of_the_head_is_not_read():
    head = read_head(
        "<head><script>var a = '<title>wrong</title><meta name=author content=Wrong>';</script><title>Right</title></head>"
    )
    assert (head.title, head.meta) == ("Right", {})


def test_json_ld_of_wrong_types_costs_nothing_but_itself():
    page = (
        """<title>Bridge closes</title><script type="application/ld+json">
    {"@type":"NewsArticle","headline":null,"datePublished":["x"],"author":{"name":["x",3]},"image":[[]],"publisher":[1],
    "articleBody":{"x":1},"mainEntityOfPage":[],"articleSection":[null],"isAccessibleForFree":[]}</script>"""
        + PROSE
    )
    article = extract_page(page.encode())
    assert article.title == "Bridge closes"
    assert article.text


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"   ",
        b"%PDF-1.4 x",
        b"\x89PNG....",
        b"just words",
        b"<?xml version='1.0'?><rss><channel/></rss>",
        b'{"a": 1}',
    ],
)
def test_what_is_no_page_is_refused_with_a_reason(body):
    with pytest.raises(ExtractError, match=r"\w+ \w+"):
        extract_page(body)


def test_what_can_be_read_of_broken_json_ld_is_read():
    broken = '<script type="application/ld+json">{"@type": "NewsArticle", "headline": "It\\u2019s closed", "datePublished": "2026-03-02", "author": Jonas}</script>'
    head = read_head(f"<html><head>{broken}</head></html>")
    assert (head.article["headline"], head.article["datePublished"]) == ("It’s closed", "2026-03-02")


@pytest.mark.parametrize(
    ("lines", "body", "want"),
    [
        (["Published on 16 August 2024"], '<time datetime="2024-08-24">later</time>', "2024-08-16"),
        (["29.11.2024 – " + "The council voted on Tuesday to close the bridge. " * 6], "", "2024-11-29"),
        (["The council voted. " * 12 + "It had done so on 29.11.2024 before."], "", None),
        ([], '<p class="date">December 3, 2025. <i>Updated: December 7, 2025</i></p>', "2025-12-03"),
        ([], '<p class="date">3 May 2024</p><p class="date">9 June 2024</p>', None),
    ],
    ids=["said to be published", "opens the text", "within prose", "marked", "a list of dates"],
)
def test_the_day_is_found_where_a_page_shows_it(lines, body, want):
    found = find_dates(Head(), parser=LexborHTMLParser(f"<body>{body}</body>"), lines=lines, lang="de")
    assert found.published == want


@pytest.mark.parametrize(
    ("lines", "want"),
    [
        (["06.11.2023 13:30 von Olga Marten"], ("Olga Marten",)),
        (["Published August 7, 2023 by Nicole Burke"], ("Nicole Burke",)),
        (["Written by", "Edzel Tabing", "May 3, 2024"], ("Edzel Tabing",)),
        (["Autorin: Uta Marten, Leiterin der Stiftung"], ("Uta Marten",)),
        (["It was first described in 2004 by the council of the town"], ()),
    ],
)
def test_a_byline_with_a_date_or_a_label_of_its_own_is_read(lines, want):
    assert find_authors(Head(), lines=lines)[0] == want


@pytest.mark.parametrize(
    ("lines", "want"),
    [
        (["临湖大桥将关闭十一个月", "李文静", "市议会周二决定，从五月起关闭大桥。"], ("李文静",)),
        (["临湖大桥将关闭十一个月", "陈晓、王立", "市议会周二决定，从五月起关闭大桥。"], ("陈晓", "王立")),
        (["市议会周二决定，从五月起关闭大桥。（袁立 临湖报道）"], ("袁立",)),
        (["临湖网本地频道 记者 陈晓"], ("陈晓",)),
        (["大桥关闭前的最后一天 本报记者 赵平 摄", "作者:linhu 阅读(120) 评论(3)"], ("linhu",)),
        (["首页", "江苏", "文化"], ()),
        (["临湖大桥将关闭十一个月", "周末", "市议会周二决定，从五月起关闭大桥。"], ()),
        (["（资料图片）"], ()),
    ],
    ids=[
        "under the headline",
        "two",
        "signed",
        "reporter of a channel",
        "not the photographer",
        "menu",
        "label",
        "no name",
    ],
)
def test_chinese_names_are_found_where_they_stand_alone(lines, want):
    assert find_authors(Head(), lines=lines)[0] == want


def test_a_company_is_not_preferred_to_the_person_who_signs():
    head = read_head('<head><meta name="author" content="大汉网络"></head>')
    assert find_authors(head, lines=["市议会周二决定，从五月起关闭大桥。（袁立）"])[0] == ("袁立",)


def test_a_link_to_an_author_s_page_names_the_author_if_it_spells_the_name():
    links = (
        '<div><p>More</p></div><a href="/authors/latest">All authors</a><a href="/authors/zoe-marten/">Zoë Marten</a>'
    )
    assert find_authors(Head(), LexborHTMLParser(f"<body>{links}</body>")) == (("Zoë Marten",), "link")


def test_a_control_character_beside_a_script_does_not_cost_the_page() -> None:
    page = b"<html><body><h1>Trams</h1><p>Trams run<script>x()</script>&#11;all night.</p></body></html>"
    assert extract_page(page, url="https://example.org/a").title == "Trams"
