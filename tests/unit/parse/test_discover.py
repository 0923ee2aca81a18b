"""`feeds add SITE` finds the feeds of a site."""

from __future__ import annotations

import pytest

from aggregator.parse import find_feeds, known_feeds, places_to_try


def found(page: str, url: str = "https://paper.example/") -> list[tuple[str, str | None, str]]:
    return [(link.url, link.title, link.found) for link in find_feeds(page.encode(), url)]


def test_links_in_the_head_come_first_and_comments_last() -> None:
    page = """<link rel="alternate" type="application/rss+xml" title="Paper » Comments" href="/comments/feed/">
    <link rel="ALTERNATE home" type="application/atom+xml; charset=utf-8" title="Paper" href="/atom.xml">
    <a href="/news.rss">News</a>"""
    assert found(page) == [
        ("https://paper.example/atom.xml", "Paper", "link"),
        ("https://paper.example/news.rss", "News", "anchor"),
        ("https://paper.example/comments/feed/", "Paper » Comments", "link"),
    ]


def test_other_alternates_are_no_feeds() -> None:
    page = """<link rel=alternate type="application/json" href="/wp-api/1"><link rel=alternate hreflang=de href="/de">
    <link rel=stylesheet type="text/xml" href="/s.xml"><link rel=alternate type="application/json+oembed" href="/o">"""
    assert found(page) == []


def test_links_are_seen_from_the_base_of_the_page() -> None:
    assert (
        found('<base href="/news/"><link rel=alternate type=application/rss+xml href=rss>')[0][0]
        == "https://paper.example/news/rss"
    )


def test_anchors_that_say_rss_count_and_scripts_do_not() -> None:
    assert found(
        '<a href="/abo">RSS-Feed</a><a href="javascript:rss()">RSS</a><a href="feed:https://paper.example/f">x</a>'
    ) == [
        ("https://paper.example/abo", "RSS-Feed", "anchor"),
    ]


def test_a_feed_linked_twice_is_offered_once() -> None:
    assert (
        len(
            found(
                '<link rel=alternate type=application/rss+xml href="/rss.xml"><a href="http://paper.example/rss.xml">RSS</a>'
            )
        )
        == 1
    )


def test_wordpress_categories_youtube_handles_and_mastodon_profiles_are_known_by_their_page() -> None:
    assert ("https://blog.example/category/sea/feed/", None, "pattern") in found(
        '<script src="/wp-content/x.js"></script>', "https://blog.example/category/sea/"
    )
    channel = '{"externalId":"UCabcdefghijklmnopqrstuv"}'
    assert found(channel, "https://www.youtube.com/@somebody") == [
        ("https://www.youtube.com/feeds/videos.xml?channel_id=UCabcdefghijklmnopqrstuv", None, "pattern"),
    ]
    profile = '<link rel="alternate" type="application/activity+json" href="/users/ann">'
    assert found(profile, "https://social.example/@ann") == [("https://social.example/@ann.rss", None, "pattern")]


@pytest.mark.parametrize(
    ("site", "feed"),
    [
        ("https://www.youtube.com/channel/UC123/videos", "https://www.youtube.com/feeds/videos.xml?channel_id=UC123"),
        ("https://youtube.com/playlist?list=PL9", "https://www.youtube.com/feeds/videos.xml?playlist_id=PL9"),
        ("https://m.youtube.com/user/somebody", "https://www.youtube.com/feeds/videos.xml?user=somebody"),
        ("https://old.reddit.com/r/worldnews/top", "https://www.reddit.com/r/worldnews/.rss"),
        ("https://www.reddit.com/u/ann", "https://www.reddit.com/user/ann/.rss"),
        ("https://github.com/owner/project/issues", "https://github.com/owner/project/releases.atom"),
        ("https://github.com/owner", "https://github.com/owner.atom"),
        ("https://letters.substack.com/p/one", "https://letters.substack.com/feed"),
        ("https://medium.com/@ann", "https://medium.com/feed/@ann"),
        ("https://www.reddit.com", "https://www.reddit.com/.rss"),
        ("https://ann.tumblr.com/post/1", "https://ann.tumblr.com/rss"),
        ("https://www.tumblr.com/ann/1/a-post", "https://ann.tumblr.com/rss"),
        ("https://ann.medium.com/story", "https://ann.medium.com/feed"),
        ("https://bsky.app/profile/ann.example", "https://bsky.app/profile/ann.example/rss"),
        ("https://ann.wordpress.com/category/sea", "https://ann.wordpress.com/category/sea/feed/"),
        ("https://ann.blogspot.com/2026/x.html", "https://ann.blogspot.com/feeds/posts/default"),
    ],
)
def test_large_sites_are_known_by_their_address(site: str, feed: str) -> None:
    assert known_feeds(site)[0].url == feed


def test_other_addresses_tell_nothing() -> None:
    for site in (
        "https://paper.example/",
        "https://notyoutube.com/channel/UC1",
        "https://www.youtube.com/about",
        "https://github.com",
        "nonsense",
    ):
        assert known_feeds(site) == ()


def test_common_places_are_tried_below_the_address_and_at_the_root() -> None:
    places = places_to_try("https://paper.example/sport/")
    assert places[0] == "https://paper.example/sport/feed"
    assert "https://paper.example/rss.xml" in places
    assert len(places) == len(set(places))
    assert places_to_try("mailto:x") == ()


def test_a_page_of_nothing_but_links_ends() -> None:
    assert len(found('<a href="/rss?' + "/rss?" * 50_000 + '">RSS</a>' + '<a href="/%d.rss">x</a>' * 1000)) <= 21
