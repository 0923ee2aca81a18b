"""What is shown to the extractor that gives the second opinion."""

from __future__ import annotations

from aggregator.extract.opinion import ask

PROSE = "".join(
    f"<p>On day {n} of the closure the council met again and heard what the shops on the quay had lost in trade.</p>"
    for n in range(6)
)
PAGE = f"<html><head>{{head}}</head><body><article><h1>Bridge closes</h1>{PROSE}</article>{{foot}}</body></html>"


def test_scripts_styles_and_drawings_change_nothing_in_the_answer() -> None:
    plain = PAGE.format(head="", foot="")
    dressed = PAGE.format(
        head="<style>p { color: red }</style><script>if (1 < 2) document.write('<p>never</p>')</script>",
        foot="<SVG><text>a drawing</text></SVG><script>var x = '<article>';</script >",
    )
    assert "On day 5 of the closure" in ask(plain)
    assert ask(dressed) == ask(plain)


def test_a_script_that_never_ends_does_not_hide_what_stood_before_it() -> None:
    assert "On day 5 of the closure" in ask(PAGE.format(head="", foot="<script>var x = 1"))
