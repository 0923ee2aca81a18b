"""Bytes to text: what a page says of its charset, and what it is."""

from __future__ import annotations

import gzip

import pytest

from aggregator.errors import ExtractError
from aggregator.extract.decode import MAX_PAGE_BYTES, decode_page, open_body


def declared(charset: str, text: str, encoding: str | None = None) -> bytes:
    return f'<html><meta charset="{charset}"><p>{text}</p>'.encode(encoding or charset)


@pytest.mark.parametrize(
    ("body", "header", "word"),
    [
        (declared("utf-8", "Grüße"), None, "Grüße"),
        (declared("utf-8", "Grüße"), "iso-8859-1", "Grüße"),
        (declared("iso-8859-1", "Grüße"), None, "Grüße"),
        (declared("utf-8", "Grüße aus Köln", "latin-1"), "utf-8", "Grüße aus Köln"),
        (declared("iso-8859-1", "“quoted”", "cp1252"), None, "“quoted”"),
        (declared("gb2312", "旋转桥关闭"), None, "旋转桥关闭"),
        (declared("shift_jis", "回転橋の閉鎖"), None, "回転橋の閉鎖"),
        (declared("iso-2022-jp", "回転橋の閉鎖"), None, "回転橋の閉鎖"),
        (declared("windows-1251", "мост закрыт"), None, "мост закрыт"),
        (b"\xef\xbb\xbf<p>Gr\xc3\xbc\xc3\x9fe", "latin-1", "Grüße"),
        ("<p>Grüße</p>".encode("utf-16"), None, "Grüße"),
        ("<p>мост закрыт на одиннадцать месяцев, сообщил совет</p>".encode("cp1251"), "windows-1251", "мост закрыт"),
        ("<p>Nobody’s bridge</p>".encode().decode("latin-1").encode(), None, "Nobody’s bridge"),
        ("<p>Grüße aus Köln".encode()[:-1] + b"\xc3", None, "Grüße aus"),
        (b'<meta charset="no-such-charset"><p>caf\xe9 ferm\xe9 onze mois pour des travaux</p>', None, "caf"),
    ],
)
def test_the_charset_is_found_whatever_the_page_says(body, header, word):
    assert word in decode_page(body, header)


def test_a_packed_body_is_opened_by_its_first_bytes():
    assert open_body(gzip.compress(b"<p>x")) == b"<p>x"
    assert open_body(b"<p>x") == b"<p>x"


def test_a_bomb_is_refused_before_it_unpacks():
    with pytest.raises(ExtractError, match="MB"):
        open_body(gzip.compress(b"<p>" * MAX_PAGE_BYTES))


def test_a_broken_archive_is_named():
    with pytest.raises(ExtractError, match="gzip"):
        open_body(b"\x1f\x8b" + b"nonsense" * 5)
