"""The fast reader gives every element feedparser's meaning, and leaves to feedparser what only that understands."""

from __future__ import annotations

import pytest

from aggregator.parse.wellformed import read_well_formed
from tests.support.agreement import differences, reference

NAMESPACES = (
    'xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:dcterms="http://purl.org/dc/terms/" '
    'xmlns:media="http://search.yahoo.com/mrss/" xmlns:itunes="http://www.itunes.com/dtds/podcast-1.0.dtd" '
    'xmlns:content="http://purl.org/rss/1.0/modules/content/" xmlns:atom="http://www.w3.org/2005/Atom" xmlns:x="urn:x"'
)


def rss(inner: str, channel: str = "") -> bytes:
    return f'<rss version="2.0" {NAMESPACES}><channel><title>T</title>{channel}<item>{inner}</item></channel></rss>'.encode()


def atom(inner: str) -> bytes:
    return (
        f'<feed xmlns="http://www.w3.org/2005/Atom" {NAMESPACES}><title>T</title><entry>{inner}</entry></feed>'.encode()
    )


@pytest.mark.parametrize(
    "body",
    [
        rss("<title>One</title><title>Two</title>"),
        rss("<dc:title>One</dc:title><title>Two</title>"),
        rss("<media:title>Video</media:title><title>Story</title>"),
        rss("<title>Story</title><media:content url='v.mp4'><media:title>Video</media:title></media:content>"),
        rss("<title></title><title>Second</title>"),
        rss("<x:group><x:part><title>Deep</title></x:part></x:group><title>Shallow</title>"),
        rss("<x:group><title>Deep</title></x:group>"),
        rss("<image><url>i.png</url><link>l</link></image><title>One</title><title>Two</title>"),
        rss("<guid>https://x.example/1</guid><guid isPermaLink='false'>2</guid>"),
        rss("<guid>https://x.example/1</guid><link></link>"),
        rss("<link></link><guid>https://x.example/1</guid>"),
        rss("<link>https://x.example/?a=1&amp;amp;b=2&amp;c;=3</link>"),
        rss("<link>http:///x.example/1</link>"),
        rss("<atom:link href='https://x.example/a'/><link>https://x.example/b</link>"),
        rss(
            "<atom:link rel='enclosure' href='https://x.example/a.mp3'/><enclosure URL='https://x.example/b.mp3'/><enclosure/>"
        ),
        rss(
            "<pubDate>Tue, 03 Nov 2026 10:00:00 GMT</pubDate><dc:date>2026-11-04</dc:date><dcterms:created>2026-11-01</dcterms:created>"
        ),
        rss("<pubDate>Tue, 03 Nov 2026 10:00:00 GMT</pubDate><dcterms:issued>2026-11-05</dcterms:issued>"),
        rss("<author>a@b.org (Ann)</author><dc:creator>Bo</dc:creator><itunes:author></itunes:author>"),
        rss("<author>a@b.org</author>"),
        rss("<description>one</description><description>two</description>"),
        rss(
            "<description>one</description><content:encoded>two</content:encoded><itunes:summary>three</itunes:summary>"
        ),
        rss("<content:encoded>one</content:encoded><description>two</description>"),
        rss("<description>one</description><media:group><media:description>two</media:description></media:group>"),
        rss("<description>one</description>", "<itunes:summary>a</itunes:summary><description>b</description>"),
        rss("<description>one</description>", "<content:encoded>a</content:encoded>"),
        rss("<description>pre <b>bold</b> &amp; &lt;i&gt; post</description>"),
        rss("<source url='https://o.example/rss'>Other</source><title>One</title><dc:title>Two</dc:title>"),
        rss("<category>a</category><itunes:keywords>b, c</itunes:keywords><dc:language>de</dc:language>"),
        rss("<rights>mine</rights><contributor><name>Helper</name></contributor><x:y a='1'>text</x:y>"),
        rss("<title>T</title>", "<dc:language>fr</dc:language><guid>https://x.example/</guid>"),
        atom("<author><name>Ann</name><email>a@b.org</email></author><author><name>Bo</name></author><author/>"),
        atom("<author><email>a@b.org</email></author><author/>"),
        atom("<link rel='self' href='s'/><link href='a' type='text/html'/><link href='b' type='application/pdf'/>"),
        atom("<id>urn:1</id>"),
        atom("<id>urn:1</id><link rel='alternate' href='https://x.example/1'/>"),
        atom("<title type='html'>&lt;b&gt;x&lt;/b&gt;</title><content type='html'>&lt;p&gt;y&lt;/p&gt;</content>"),
        atom(
            "<content type='xhtml'><div xmlns='http://www.w3.org/1999/xhtml'><p title='q'>a<br/>b</p> c</div></content>"
        ),
        atom(
            "<content type='xhtml'><p xmlns='http://www.w3.org/1999/xhtml'>a</p><p xmlns='http://www.w3.org/1999/xhtml'>b</p></content>"
        ),
        atom("<content type='text/csv' src='https://x.example/t.csv'/><summary>s</summary>"),
        atom("<summary>s</summary><content type='TEXT'>c</content>"),
        atom("<source><title>Other</title><id>urn:o</id></source><title>One</title><media:title>Two</media:title>"),
        b"<rss><item><title>Outside</title></item><channel><title>T</title></channel></rss>",
        b"<rss><channel><title>One</title><title>Two</title><link>https://x.example/</link></channel></rss>",
        b"<feed xmlns='http://www.w3.org/2005/Atom' base='https://x.example/a/'><entry><link href='b'/></entry></feed>",
        b"<feed xmlns='http://www.w3.org/2005/Atom' xml:base='https://x.example/a/'><entry xml:base='b/'><link href='c'/><id>d</id></entry><entry><link href='e'/></entry></feed>",
        b"<feed xmlns='http://www.w3.org/2005/Atom' xml:base='javascript:x'><entry><link href='c'/></entry></feed>",
        b"<rss xmlns='urn:unknown'><channel><item><title>One</title></item></channel></rss>",
        b"<rss xmlns:m='http://search.yahoo.com/mrss'><channel><item><m:title>One</m:title></item></channel></rss>",
        b"<rss xmlns='http://backend.userland.com/rss2'><channel><item><title>One</title></item></channel></rss>",
    ],
)
def test_an_element_means_what_it_means_to_feedparser(body: bytes) -> None:
    fast = read_well_formed(body)
    assert fast is not None
    assert differences(fast, reference(body)) == []


@pytest.mark.parametrize(
    "body",
    [
        rss("<title>a <b>b</b></title>"),
        rss("<description>a <div>b</div></description>"),
        rss("<description><title>inner</title></description>"),
        rss("<pubDate>2026<x:y/></pubDate>"),
        rss("<image><title>Logo</title></image>"),
        rss("<source><item/></source>"),
        rss("<author>Ann</author><author><name>Bo</name></author>"),
        atom("<author><name>Ann</name></author><author><email>c@d.org</email></author>"),
        rss("<author>Ann <x:y/></author>"),
        rss("<author><title>x</title></author>"),
        rss("<contributor><x:y><title>x</title></x:y></contributor>"),
        rss("<atom:link href=''/>"),
        rss("<enclosure url='u'><title>x</title></enclosure>"),
        rss("<rights>a <b>b</b></rights>"),
        rss("<item><title>nested</title></item>"),
        rss("<x:y>" * 20 + "</x:y>" * 20),
        rss("", "<x:y><item><title>hidden</title></item></x:y>"),
        atom("<content type='image/png'>aGVsbG8=</content>"),
        atom("<content mode='base64'>aGVsbG8=</content>"),
        b"<rss><channel><item href='https://x.example/' lastmod='2026'/></channel></rss>",
        b"<rss><x><item/></x></rss>",
        b"<entry xmlns='http://www.w3.org/2005/Atom'><title>alone</title></entry>",
        b"<unknown><item/></unknown>",
        b"<rss><channel><item>",
        b"<urlset xmlns='http://www.sitemaps.org/schemas/sitemap/0.9'><url><loc>https://x.example/</loc></url></urlset>",
    ],
)
def test_what_only_feedparser_understands_is_left_to_it(body: bytes) -> None:
    assert read_well_formed(body) is None
