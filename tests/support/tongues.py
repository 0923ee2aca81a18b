"""A language in which every message of ours stands in marks, so that what was forgotten stands out."""

from gettext import NullTranslations

from aggregator.text.tongue import Tongue

__all__ = ["PSEUDO", "unmarked"]


class _Marked(NullTranslations):
    def gettext(self, message):
        return f"⟦{message}⟧"

    def ngettext(self, one, many, number):
        return f"⟦{one if number == 1 else many}⟧"


PSEUDO = Tongue(lang="de", catalogue=_Marked())


def unmarked(text):
    """What of a text stands outside all marks."""
    depth, outside = 0, []
    for char in text:
        depth += (char == "⟦") - (char == "⟧")
        outside.append(char if depth == 0 and char != "⟧" else " ")
    return " ".join("".join(outside).split())
