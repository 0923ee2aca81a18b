"""Bring the catalogues of `aggregator/locale` up to date: extract, merge, compile; and write down CLDR's forms.

    python docs/messages.py            after a message was added or changed
    python docs/messages.py --check    fail if that was forgotten

Messages that the sources no longer have are dropped; new ones come in empty, and a test names them until they are translated.
"""

from __future__ import annotations

import ast
import io
import json
import re
import sys
from collections.abc import Collection, Iterator
from pathlib import Path
from typing import IO, Any

from babel import Locale
from babel.messages import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

from aggregator.text.tongue import LANGUAGES

ROOT = Path(__file__).parents[1]
LOCALE = ROOT / "aggregator" / "locale"
KEYWORDS = {"_": None, "help": None, "gettext": None, "mark": None, "marks": (1, 2), "ngettext": (1, 2)}
OPTIONS = {"aggregator/**/templates/**": {"trimmed": "true", "trim_blocks": "true", "lstrip_blocks": "true"}}
# English dates are written as most of the world that reads English writes them: the day first, and without commas.
OURS = {
    "en": {
        "day": "{weekday} {day} {month}",
        "day_year": "{weekday} {day} {month} {year}",
        "date": "{day} {month}",
        "weekday": "{weekday} {day}",
    }
}
FIELDS = {"E": "{weekday}", "EEE": "{weekday}", "ccc": "{weekday}", "d": "{day}", "MMM": "{month}", "y": "{year}"}


def main() -> None:
    """Write every file, or with --check name those that would change."""
    is_check = "--check" in sys.argv[1:]
    stale = [path for path, content in made() if not path.is_file() or path.read_bytes() != content]
    if is_check and stale:
        sys.exit("\n".join(["Not up to date; run make messages:", *(str(p.relative_to(ROOT)) for p in stale)]))
    for path, content in made() if stale else ():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)


def made() -> Iterator[tuple[Path, bytes]]:
    """Every file with its content as it should be."""
    template = extracted()
    for lang in LANGUAGES:
        if lang == "en":
            continue
        path = LOCALE / lang / "LC_MESSAGES" / "aggregator.po"
        catalogue = merged(path, lang, template)
        text, compiled = io.BytesIO(), io.BytesIO()
        write_po(text, catalogue, width=120, no_location=True, sort_output=False, ignore_obsolete=True)
        write_mo(compiled, catalogue)
        yield path, re.sub(rb'"Generated-By: .*\n', b"", text.getvalue())
        yield path.with_suffix(".mo"), compiled.getvalue()
    yield LOCALE / "forms.json", (json.dumps(forms(), ensure_ascii=False, indent=1) + "\n").encode()


def extracted() -> Catalog:
    """All messages of the sources, in the order of files and lines."""
    found = Catalog(project="aggregator", charset="utf-8")
    for name, line, message, comments, context in extract_from_dir(
        ROOT,
        [("aggregator/**.py", calls), ("aggregator/**/templates/**", "jinja2")],
        OPTIONS,
        KEYWORDS,
        comment_tags=("Translators:",),
        strip_comment_tags=True,
    ):
        found.add(message, None, [(name, line)], auto_comments=comments, context=context)
    return found


def calls(file: IO[bytes], keywords: Collection[str], *_: object, **__: object) -> Iterator[tuple[Any, ...]]:
    """The messages of a Python file, in Babel's form; its own reader goes by tokens and does not see into f-strings.

    The help of a command is its docstring, that of an option its `help`.
    """
    tree = ast.parse(file.read())
    for node in ast.walk(tree) if Path(file.name).parent.name == "cli" else ():
        if isinstance(node, ast.FunctionDef) and any(map(_is_command, node.decorator_list)):
            yield from ((node.lineno, "help", text, []) for text in _wrapped(ast.get_docstring(node) or ""))
        if isinstance(node, ast.keyword) and node.arg == "help" and isinstance(node.value, ast.Constant):
            yield node.lineno, "help", node.value.value, []
    nodes = [node for node in ast.walk(tree) if isinstance(node, ast.Call) and node.args]
    for node in sorted(nodes, key=lambda n: (n.lineno, n.col_offset)):
        name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
        texts = tuple(arg.value if isinstance(arg, ast.Constant) else None for arg in node.args)
        if name in keywords and isinstance(texts[0], str):
            yield node.lineno, name, texts[0] if len(texts) == 1 else texts, []


def _is_command(decorator: ast.expr) -> bool:
    made = decorator.func if isinstance(decorator, ast.Call) else decorator
    return isinstance(made, ast.Attribute) and made.attr in ("command", "group")


def _wrapped(docstring: str) -> Iterator[str]:
    """The paragraphs of a command's help; examples stand as they are, under a sign of click's."""
    for block in docstring.split("\n\n"):
        if block.strip() and not block.startswith("\b"):
            yield " ".join(block.split())


def merged(path: Path, lang: str, template: Catalog) -> Catalog:
    """A catalogue with the messages of the sources: its translations kept, new messages empty, its head as it is."""
    catalogue = read_po(io.BytesIO(path.read_bytes()), locale=lang) if path.is_file() else Catalog(locale=lang)
    catalogue.update(template, no_fuzzy_matching=True, update_header_comment=False, update_creation_date=False)
    catalogue.obsolete.clear()
    return catalogue


def forms() -> dict[str, dict[str, Any]]:
    """How each language writes days and numbers, from the Unicode CLDR."""
    return {lang: _forms(Locale.parse(lang)) | OURS.get(lang, {}) for lang in LANGUAGES}


def _forms(locale: Locale) -> dict[str, Any]:
    skeletons = {"day": "MMMEd", "day_year": "yMMMEd", "date": "MMMd", "weekday": "Ed"}
    return {
        "weekdays": [locale.days["format"]["abbreviated"][n] for n in range(7)],
        "months": [locale.months["format"]["abbreviated"][n] for n in range(1, 13)],
        **{name: _format(locale.datetime_skeletons[skeleton].pattern) for name, skeleton in skeletons.items()},
        "group": locale.number_symbols["latn"]["group"],
    }


def _format(pattern: str) -> str:
    """CLDR's pattern of a date as a Python format."""
    parts = re.findall(r"'([^']*)'|(E+|c+|d+|M+|L+|y+)|([^A-Za-z'])", pattern)
    return "".join(FIELDS[letters] if letters else literal or other for literal, letters, other in parts)


if __name__ == "__main__":
    main()
