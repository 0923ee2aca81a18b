"""Site rules: what they may say and what they do."""

from __future__ import annotations

import pytest

from aggregator.errors import ConfigError
from aggregator.extract import extract_page, read_rule, rule_for

RULE = """
hosts = ["ellery.example"]
text = ["#story"]
remove = [".box"]
title = "h2.head"
author = ".who"
date = "span.when"
[headers]
Accept-Language = "en"
"""
PAGE = b"""<html><body><h1>Ellery</h1><h2 class="head">Bridge closes</h2><i class="who">Ann Lee</i><span class="when">3 March 2026</span>
<div id="story"><p>Short one.</p><div class="box">Buy our mug today and every day</div><p>Short two.</p></div>
<p>A long paragraph outside of the story that the classifier would like to keep, for it reads like news of the council.</p></body></html>"""


def test_a_rule_decides_text_title_author_and_date():
    article = extract_page(PAGE, rules=read_rule(RULE))
    assert (article.title, article.authors, article.published) == ("Bridge closes", ("Ann Lee",), "2026-03-03")
    assert article.text == "Short one.\n\nShort two."
    assert {article.sources[k] for k in ("title", "authors", "published", "text")} == {"rule"}


def test_a_rule_is_for_its_hosts_and_those_below():
    rules = [read_rule(RULE)]
    assert rule_for("www.ellery.example", rules) == rules[0]
    assert rule_for("news.ellery.example", rules) == rules[0]
    assert rule_for("notellery.example", rules) is None


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("hosts = [", "TOML"),
        ('colour = "red"', "colour"),
        ("text = 3", "text"),
        ('title = ""', "title"),
        ('text = ["p["]', r"p\["),
        ("[headers]\nA = 1", "headers"),
    ],
)
def test_a_wrong_rule_says_what_is_wrong(text, named):
    with pytest.raises(ConfigError, match=named):
        read_rule(text)
