"""Bytes become text whatever the server, the mark and the document claim."""

from __future__ import annotations

import pytest

from aggregator.text.encoding import charset_of, to_utf8, without_declaration

PROSE = "Ein Gespräch über Öl & Äpfel, naïve façade – „Zitat“"


@pytest.mark.parametrize(
    "encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "utf-32-le", "utf-32-be"]
)
def test_unicode_is_read_marked_or_not(encoding: str) -> None:
    assert to_utf8(f"<rss>{PROSE}</rss>".encode(encoding)).decode() == f"<rss>{PROSE}</rss>"


@pytest.mark.parametrize(
    "claimed", ["iso-8859-1", "us-ascii", "gbk", "utf-16", "no-such-thing", "zip", "rot13", "idna", "unicode_escape"]
)
def test_utf8_is_known_whatever_is_claimed(claimed: str) -> None:
    body = f'<?xml version="1.0" encoding="{claimed}"?><rss>{PROSE}</rss>'.encode()
    assert PROSE in to_utf8(body, f"text/xml; charset={claimed}").decode()


@pytest.mark.parametrize(
    ("text", "encoding", "claimed"),
    [
        ("Мост закрыт", "koi8-r", "KOI8-R"),
        ("Мост закрыт", "cp1251", "windows-1251"),
        ("橋が閉鎖", "cp932", "Shift_JIS"),
        ("橋が閉鎖", "euc_jp", "euc-jp"),
        ("橋が閉鎖", "iso2022_jp", "ISO-2022-JP"),
        ("桥梁关闭", "gb18030", "gb2312"),
        ("橋樑關閉", "big5", "big5"),
        ("다리 폐쇄", "cp949", "euc-kr"),
        ("สะพานปิด", "cp874", "windows-874"),
        ("Köprü “kapalı”", "cp1254", "iso-8859-9"),
        ("Café “quoted” €5", "cp1252", "iso-8859-1"),
    ],
)
def test_other_encodings_are_read_as_they_are_called(text: str, encoding: str, claimed: str) -> None:
    declared = f'<?xml version="1.0" encoding="{claimed}"?><rss>'.encode() + text.encode(encoding) + b"</rss>"
    assert text in to_utf8(declared).decode()
    assert text in to_utf8(b"<rss>" + text.encode(encoding) + b"</rss>", f'text/xml; charset="{claimed}"').decode()


def test_a_wrong_claim_ends_in_windows_1252() -> None:
    assert to_utf8("<a>Café “x”</a>".encode("cp1252"), "text/xml; charset=utf-8").decode() == "<a>Café “x”</a>"


def test_a_broken_byte_does_not_spoil_the_rest() -> None:
    assert to_utf8(PROSE.encode() + b"\xff").decode() == PROSE + "\ufffd"


def test_utf7_stays_text() -> None:
    assert b"<script" not in to_utf8(
        b'<?xml version="1.0" encoding="utf-7"?><a>+ADw-script+AD4-</a>', "text/xml; charset=utf-7"
    )


def test_controls_are_out() -> None:
    assert to_utf8(b"a\x00b\x0bc\x1bd\te\n") == b"abcd\te\n"


def test_declarations_and_blanks_are_cut() -> None:
    assert without_declaration(b'\n \xef\xbb\xbf<?xml version="1.0"?>\n<rss/>') == b"<rss/>"
    assert without_declaration(b"<rss/>") == b"<rss/>"


def test_a_charset_is_read_from_a_header() -> None:
    assert charset_of('text/xml; charset="UTF-8"; x=y') == "UTF-8"
    assert charset_of("text/xml") is None
    assert charset_of(None) is None
