"""Whatever is in a mail, reading it gives an entry or says why not."""

from __future__ import annotations

import contextlib

from hypothesis import given
from hypothesis import strategies as st

from aggregator.errors import ParseError
from aggregator.parse import read_chapters, read_letter

HEADS = st.lists(
    st.sampled_from([
        "From: =?utf-8?q?a?= <a@b", "From: a, b <c@d>, :;", "From: @", "Subject: =?x?b?!!?=", "Subject:", "Date: never", "Date: 0",
        "Message-ID: <", "Message-ID: <[", "List-Id: <>", "List-Id: x <", "Content-Type: text/html; charset=nope",
        "Content-Type: multipart/alternative; boundary=x", "Content-Type: multipart/mixed", 'Content-Type: text/plain; charset="',
        "Content-Transfer-Encoding: base64", "Content-Transfer-Encoding: quoted-printable", "Archived-At: <http://[>",
    ])
)  # fmt: skip
BODIES = st.sampled_from(
    ["", "\n", "<", "<!-- ", "<p style='display:none'>x", "<a href='http://['>view in browser</a>", "--x\n\n<b>", "\x00<b>", "=C3=", "<?xml", "<html style='display:none'>"]
)  # fmt: skip


@given(HEADS, BODIES | st.text(max_size=60))
def test_a_mail_of_any_shape_is_an_entry_or_a_parse_error(heads: list[str], body: str) -> None:
    with contextlib.suppress(ParseError):
        entry = read_letter(
            "\r\n".join([*heads, "Content-Type: text/html", "", body]).encode("utf-8", "surrogateescape")
        )
        assert entry.id
        assert entry.title or entry.content
        assert entry.link is None or entry.link.startswith(("http://", "https://"))


@given(st.binary(max_size=300))
def test_any_bytes_are_an_entry_or_a_parse_error(data: bytes) -> None:
    with contextlib.suppress(ParseError):
        read_letter(data)
    with contextlib.suppress(ParseError):
        read_chapters(data)
