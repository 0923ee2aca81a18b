"""Where sentences begin and end: rules for news prose in many languages.

A boundary is a full stop, question or exclamation mark (with its closing quotes and brackets), a space and something that
can open a sentence; minus titles, initials, ordinals and abbreviations that carry a full stop of their own. Nothing ever
crosses a line break, for a paragraph's end is the surest boundary that there is. Measured on a fixture of written traps
(`tests/data/sentences/`): F1 of boundaries is asserted there.
"""
# ruff: noqa: RUF001, SIM905 - marks of many scripts are the subject; word lists read best as lines of words

from __future__ import annotations

import re
from functools import lru_cache

__all__ = ["split"]

_LINE = re.compile(r"[^\n\r\v\f\x1c-\x1e\x85\u2028\u2029]+")
_OPENERS = "\"'“‘«‹([{¿¡„‚—–-•*"
# A mark that may end a sentence where sentences are parted by spaces, then what belongs to it, then the space.
_SPACED = re.compile(
    r"(?P<mark>[.!?…؟۔।॥։።។။]+)(?P<close>(?:[\"'”’»›)\]}]|(?<=[.!?…])“(?=\s)|\s?»|\[\d{1,3}\])*)(?P<gap>\s+)|"
    r"(?P<stuck>(?<=[^\W\d_A-Z]{2})[.!?][”’\"]?)(?=[A-Z][a-z]*\s)"
)
_WIDE = re.compile(r"[。！？．｡]+[」』”’）】》〉\"]*")
_WORD_BEFORE = re.compile(r"(?:[^\W_]|[.'’-])+\Z")
_WORD_AFTER = re.compile(r"[^\W_]+(?:['’][^\W_]+)?")
_DOTTED = re.compile(r"(?:[^\W\d_]\.)+[^\W\d_]|[A-Z]{1,2}-[A-Z][a-z]+")
_ORDINAL = re.compile(r"\d{1,2}\Z")
_SPEECH = re.compile(
    r"(?:(?:[A-Z][\w.'’-]*|de|van|von|al|bin)\s+){0,4}(?:said|says|asked|asks|wrote|writes|tweeted|added|shouted|told|replied|"
    r"continued|exclaimed|yelled|demanded|responded)\b"
)
_SPOKEN = re.compile(r"(?:said|says|asked|asks|wrote|tweeted|added|shouted|replied|exclaimed|yelled)\s+[A-Z]")

# Never the end of a sentence: a name or a number follows.
_TITLES = frozenset(
    "mr mrs ms mx dr drs prof sen sens rep reps gov govs gen lt col maj capt cmdr sgt cpl pvt brig adm rev "
    "fr hon pres supt insp det "
    "amb messrs mt ft vs v cf eg ie viz approx esp incl dept asst ste mme mlle mm pr mgr bzw ca kl mio mrd "
    "dra bspw evtl ggf inkl exkl hr hrn "
    "frl dipl ing abs str tel sra srta srs dna dª doña lic núm pág págs sig sigg dott avv geom rag arch "
    "dhr mevr mw bijv nl resp zgn jhr ds ul im tzw tzn np prof mgr św ks gen płk mjr kpt por dr hab r.n "
    "им ул тов гг стр рис табл акад проф ген сем др см напр пр кв обл".split()
)
# The end of a sentence only if what follows is a word that often opens one.
_EITHER = frozenset(
    "inc corp co ltd llc plc bros jr sr esq st ave blvd rd jan feb mar apr jun jul aug sep sept oct nov dec "
    "mon tue tues wed thu thur "
    "thurs fri sat sun ala ariz ark calif colo conn del fla ga ill ind kan ky la mass md mich minn miss mo "
    "mont neb nev okla ore pa tenn "
    "tex va vt wash wis wyo etc al no nos est min max dist univ assn gov vol pp ed eds lbs oz sq cia ltda "
    "ud uds usw tys proc godz r г руб тыс "
    "млн млрд т.е т.д tel vgl nr nrs n° num".split()
)
_NUMBERED = frozenset("no nos nr nrs num núm n° art arts fig vol pp p pág str abs § sec ch pt vers".split())
_EXCLAIMED = frozenset({"yahoo", "jeopardy", "yum"})  # names that carry an exclamation mark
_CLOCK = frozenset({"a.m", "p.m", "am", "pm"})
_AFTER_CLOCK = frozenset(
    "monday tuesday wednesday thursday friday saturday sunday eastern pacific central mountain et est edt "
    "ct cst cdt mt mst mdt pt pst pdt "
    "gmt utc bst cet local jan feb mar apr may june july aug sept oct nov dec january february march april "
    "august september october "
    "november december mon tue wed thu fri sat sun".split()
)
_MONTHS = frozenset(
    "januar jänner februar märz april mai juni juli august september oktober november dezember "
    "leden únor březen duben květen červen červenec srpen září říjen listopad prosinec".split()
)
_ORDINAL_LANGS = frozenset(
    {"de", "da", "nb", "nn", "no", "fi", "cs", "sk", "hu", "hr", "sl", "sr", "et", "lv", "tr", "pl", "is"}
)
_STARTERS = {
    "en": "the a an he she it they we i you his her its their our my this that these those there here in on at by "
    "for from with to of as "
    "but and or so yet if when while after before since although though because despite during under "
    "according some many most all "
    "both each no not one two what who why how where however meanwhile still now then also more other "
    "another such only just even "
    "once until last earlier later officials police authorities critics supporters".split(),
    "de": "der die das den dem er sie es wir ich ein eine einen im in am an auf aus bei mit nach von vor zu zum "
    "zur für über unter doch und "
    "aber auch dabei danach damit dann diese dieser dieses nun so seit wenn weil während wie was wer "
    "allerdings zudem".split(),
    "fr": "le la les l un une des il elle ils elles on nous je ce cette ces cet c en dans à au aux de du pour par "
    "sur avec sans mais et ou "
    "donc or selon après avant depuis pendant si quand son sa ses leur leurs".split(),
    "es": "el la los las un una él ella ellos en de del al por para con sin sobre pero y o según tras desde "
    "cuando como su sus este esta "
    "estos estas ese esa lo se no es".split(),
    "it": "il lo la i gli le un una uno l è in di del della nel nella al alla da dal per con su ma e o secondo "
    "dopo prima quando come "
    "questo questa questi suo sua non si".split(),
    "pt": "o a os as um uma ele ela eles elas em de do da no na ao à por para com sem sobre mas e ou segundo após "
    "desde quando como seu sua "
    "este esta esse essa não".split(),
    "nl": "de het een hij zij ze we wij ik dat dit deze die in op aan bij met naar van voor uit door maar en of "
    "volgens na sinds toen als "
    "ook er dus".split(),
    "pl": "w z na do od po za o to ten ta on ona oni jest nie ale i a jak kiedy gdy według jego jej".split(),
    "ru": "в на с по от из за к у о это этот он она они мы я не но и а как когда его её их по".split(),
}
# Words of other languages that open many names ("Los Angeles", "La Liga"): they count only where the language is known.
_NAMELY = frozenset("la le el los las il de do da di du en al on san o a as os i on o".split()) - frozenset(
    _STARTERS["en"]
)


@lru_cache(maxsize=64)
def _starters(lang: str | None) -> frozenset[str]:
    english = frozenset(_STARTERS["en"])
    if lang is None:
        return english | (frozenset(word for each in _STARTERS.values() for word in each) - _NAMELY)
    return frozenset(_STARTERS.get(lang[:2].lower(), ())) | english


def split(text: str, lang: str | None = None) -> tuple[tuple[int, int], ...]:
    """Spans (start, end) of the sentences of `text`, in order, in characters.

    A span never crosses a line break, never overlaps another, and is without white space at its ends; together they cover
    all that is not white space. `lang` (ISO 639-1) helps with ordinals and with words that open a sentence; unknown is None.
    Cost: about 0.02 ms a paragraph.
    """
    spans: list[tuple[int, int]] = []
    for line in _LINE.finditer(text):
        start = line.start()
        for end in (*_boundaries(line.group(), lang), len(line.group())):
            piece = text[start : line.start() + end]
            begin = start + len(piece) - len(piece.lstrip())
            stop = start + len(piece.rstrip())
            if begin < stop:
                spans.append((begin, stop))
            start = line.start() + end
    return tuple(spans)


def _boundaries(line: str, lang: str | None) -> list[int]:
    """Places in one line where a sentence ends."""
    found = [m.end("close") if m["mark"] else m.end() for m in _SPACED.finditer(line) if _ends(line, m, lang)]
    if _WIDE.search(line):
        found += [m.end() for m in _WIDE.finditer(line) if _ends_wide(line, m)]
        found.sort()
    return found


def _ends_wide(line: str, match: re.Match[str]) -> bool:
    """Whether a full-width mark ends its sentence: not inside brackets, not before what carries a quotation on."""
    end = match.end()
    rest = line[end:].lstrip()
    if match.group()[-1] in "」』）” " and rest[:1] in tuple("とがのはをに、，,でなもだ"):
        return False
    before = line[:end]
    return all(
        before.count(a) <= before.count(b) or b not in line[end:]
        for a, b in (("「", "」"), ("『", "』"), ("（", "）"), ("“", "”"))
    )


def _ends(line: str, match: re.Match[str], lang: str | None) -> bool:
    """Whether a mark followed by a space (or stuck to a capital) ends its sentence."""
    starters = _starters(lang)
    if match["mark"] is None:
        after = _WORD_AFTER.match(line, match.end())
        return bool(after and after.group().lower() in starters)
    mark, gap_end = match["mark"], match.end()
    after_char = line[gap_end : gap_end + 1]
    if not _can_open(after_char):
        return False
    before = _WORD_BEFORE.search(line, max(0, match.start() - 40), match.start())
    word = before.group() if before else ""
    if mark[0] in "!?":
        return not _quoted_speech(line, match, word)
    if mark != "." or word == "":
        return not (mark == "." and not line[: match.start()].strip())
    return _stop_ends(line, match, word, starters, lang)


def _can_open(char: str) -> bool:
    """Whether a sentence may begin with this character: a capital, a digit, an opening mark, or a letter without case."""
    if not char:
        return False
    return char in _OPENERS or char.isdigit() or (char.isalpha() and not char.islower()) or char in "$£€#@§"


def _quoted_speech(line: str, match: re.Match[str], word: str) -> bool:
    """Whether a question or cry is inside the sentence that reports it: “Why?” Smith asked."""
    if word.lower() in _EXCLAIMED and not match["close"]:
        return True
    if not match["close"] or match["close"][-1] not in "\"'”’»":
        return False
    return bool(_SPEECH.match(line, match.end()) or _SPOKEN.match(line, match.end()))


def _stop_ends(line: str, match: re.Match[str], word: str, starters: frozenset[str], lang: str | None) -> bool:
    """Whether a single full stop after `word` ends the sentence."""
    following = _WORD_AFTER.match(line, match.end())
    next_word = following.group() if following else ""
    opens = next_word.lower() in starters and next_word[:1].isupper()
    lower = word.lower().lstrip(".'’-")
    if match["close"] and match["close"][0] in '"”»':
        return True
    if lower in _CLOCK:
        return next_word.lower() not in _AFTER_CLOCK and not match["close"]
    if lower in _NUMBERED and next_word[:1].isdigit():
        return False
    if (lower.rpartition("-")[2] in _TITLES or (lower == "on" and lang == "it")) and not (word.islower() and opens):
        return False
    if lower in _EITHER:
        return opens or (not word[:1].isupper() and lower not in _EITHER - _LOWER_WORDS)
    if len(word) == 1 and word.isupper() and len(next_word) == 1 and line[match.end() + 1 : match.end() + 2] == ".":
        return False
    if len(word) == 1 and word.isalpha():
        return opens and not (word.isupper() and _initial_before(line, match.start()))
    if _DOTTED.fullmatch(word):
        return opens
    if _ORDINAL.fullmatch(word):
        return not _is_ordinal(line, match, next_word, lang)
    return True


# Abbreviations that are also common words when written small: "no." or "sun." end a sentence then.
_LOWER_WORDS = frozenset("no la mass miss ill ore wash mar del sun sat wed fri min max ed co id".split())


def _initial_before(line: str, at: int) -> bool:
    """Whether the single letter before `at` follows a capitalised name or another initial: George W., J. K."""
    return bool(re.search(r"(?:^|\s)[A-Z](?:[a-z]+\s|\.\s?)[A-Z]\Z", line[max(0, at - 30) : at])) and not re.search(
        r"\b(?:War|Plan|Vitamin|Group|Grade|Malcolm|Class|Type|Series|Category|Part|Title|Phase|Exhibit)\s[A-Z]\Z",
        line[max(0, at - 30) : at],
    )


def _is_ordinal(line: str, match: re.Match[str], next_word: str, lang: str | None) -> bool:
    """Whether “3.” is a third (3. Oktober) or a list's number at the start of a line, not a count at a sentence's end."""
    if not line[: match.start()].strip().strip("0123456789"):
        return True
    if next_word.lower() in _MONTHS:
        return True
    return (
        lang is not None
        and lang[:2] in _ORDINAL_LANGS
        and next_word.lower() not in _starters(lang) - frozenset(_STARTERS["en"])
    )
