"""What stands in a story's text but is not its prose: captions, credits, bylines, prompts, tweets, the title again.

Judged by paragraph, for that is how it comes: of full-text stories one in four begins with chrome. A paragraph goes if it
is too short to be prose, is a label without a full stop, opens with a word that publishers use for their furniture, carries
a picture's credit, is the title again, or was seen before.
"""
# ruff: noqa: RUF001 - words of many scripts; a long pattern is one line a group

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from functools import lru_cache

from aggregator.text.sentences import split

__all__ = ["Spans", "is_glued", "prose", "prose_sentences"]

_MOST_SENTENCES = 20  # of one story: what comes later is background
_MOST_CHARACTERS = 8_000

Spans = tuple[tuple[int, int], ...]

_PARAGRAPH = re.compile(r"[^\n\r]+")
_WORD = re.compile(r"\w+")
_UNSPACED = re.compile(r"[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff]")
_FEW_WORDS = 5
_LABEL_WORDS = 20  # a paragraph of fewer words without a full stop is a heading, a byline or a label
_CAPTION_WORDS = 90  # a picture's credit in a longer paragraph is inside prose
_FINAL = '.!?…"”’»)。！？」』؟۔।'
_OPENS_CHROME = re.compile(
    r"""(?:
    close\s(?=[A-Z])|advertis|sponsored|anzeige\b|werbung\b|publicité\b|publicidad|pubblicità|publicidade|advertentie|reklama\b|реклама|広告|广告
    |(?:image|media|video|photo|picture|foto|bild|fotos?)\s*(?:copyright|caption|credit|playback|source|by\b|:|via\b)
    |(?:file|stock|handout)(?:\s+(?:photo|image|picture))?\s*[-–—:]|file\s(?:photo|image)|in\sthis\s[\w.,\s]{3,30}(?:photo|image|frame)\b
    |fotos?\s*[:/]|bildquelle|quelle\s*:|фото\s*:|写真\s*[:：]|图\s*[:：]
    |enlarge\sthis\simage|toggle\scaption|hide\scaption|getty\simages|slideshow|gallery\b|watch\s?(?:live|now|below|the\svideo|:|this\b)
    |(?:see|read|learn|find\sout|hear|discover)\s(?:also|more|next)\b|see\salso|also\s(?:read|on)\b|more(?:\s(?:on|from|coverage|stories)|\s?:)|related\b.{0,20}:
    |related\s(?:article|stor|content|video|coverage|link|topic)|recommended\b|most\s(?:read|popular|viewed)|trending\b|what\sto\sknow\s?:
    |lesen\ssie|mehr\s(?:dazu|zum\sthema)|lire\saussi|à\slire|lee\stambién|lea\stambién|leggi\sanche|leia\s(?:também|mais)|lees\sook|czytaj\s
    |читайте\sтакже|相关阅读|関連記事|اقرأ\sأيض
    |story\s(?:continued|continues)|continue(?:d)?\s(?:reading|below)|article\scontinues|this\sarticle\sis\smore\sthan|this\scontent\s(?:is|was)
    |sign\sup\b|subscribe\b|newsletter|get\s(?:the|our|breaking|all)\b.{0,60}(?:newsletter|inbox|app|alerts|email)|download\sthe|follow\s(?:us|@|\w+\son\s(?:twitter|facebook))
    |share\s(?:this|on|tweet|article)|click\s(?:here|to)|tap\s(?:here|to)|listen\s(?:to|live|now)|play\svideo|loading\b|skip\s(?:to|ad)|cookies?\b
    |interested\sin\b.{0,80}\badd\b|have\sa\stip|got\sa\stip|contact\s(?:us|the\sauthor|the\sreporter)|email\s(?:him|her|the|us)\b|like\sus\b|join\s(?:us|the\sconversation)
    |(?:last\s)?(?:updated|published|posted|modified|aktualisiert|publié|actualizado|aggiornato|atualizado)\b.{0,12}(?:\d|:|at\b|on\b|le\b|il\b|el\b|em\b|am\b)
    |(?:editor['’]s\snote|correction|clarification|disclaimer|disclosure|copyright|©|all\srights\sreserved)\b
    |(?:this|the)\s(?:story|article|post|report)\s(?:was|has\sbeen|is|originally|first)\b.{0,20}(?:updated|published|corrected|appeared|breaking|developing)
    |(?:reporting|additional\sreporting|editing|writing|compiled|report)\sby\b|reporting\s(?:in|from)\b.{0,60};|by\s(?:[A-Z][\w.'’-]+\s?){1,4}$
    |the\s(?:associated\spress|new\syork\stimes|\w+\spost)\scontributed|.{0,60}\bcontributed\sto\sthis\s(?:report|story|article)
    |\d+\sof\s\d+\b|\[?(?:video|photos?|gallery|audio|podcast|transcript|infographic|poll)\]?\s*[:|]|twitter\s|tweet\b|view\s(?:this|more|all)
    |comments?\b.{0,10}$|\d+\scomments?\b|minutes?\sread\b|\d+\smin(?:ute)?s?\sread
    )""",
    re.IGNORECASE | re.VERBOSE,
)
_BYLINE = re.compile(
    r"(?:By|Von|Par|Por|Di|Door|Автор:?)\s+[A-Z][\w.'’-]+(?:\s+(?:and\s+|[A-Z])[\w.'’-]*){0,8}[,.]?\s*$"
)
_CREDIT = re.compile(
    r"\([^()]{0,80}(?:\bPhoto|\bImage|\bPicture|\bFoto|\bFile\b|Getty|Shutterstock|EPA\b|AFP/|/AP\b|via\sAP\b)[^()]{0,80}\)"
    r"|/\s?(?:Getty|AFP|AP|Reuters|EPA|Shutterstock|Bloomberg|picture\salliance|dpa|ANSA|EFE|REX)\b"
    r"|(?:Getty\sImages|Shutterstock|AP\sPhoto|AFP|EPA|via\sAP|REUTERS|Reuters)(?:/[\w .]+)?\s*[.)]?\s*$"
    r"|\b(?:Photo(?:graph)?s?|Image|Video|Picture|Illustration|Bild|Foto)s?\s(?:credit|courtesy|by|provided\sby|from)\b|\bcredit\s?:",
)
_TWEET = re.compile(r"\bpic\.twitter\.com/|[—–-]\s[^—–]{2,60}\(@\w{1,20}\)\s+\w+\.?\s\d{1,2},\s\d{4}")
# Related headlines that some sites paste in after a name, with the name in full:
# "Ann Hale Ann Marie HaleStorm nears Port shut MORE said". Every part is bounded: a text can be made to be slow.
_PASTED = re.compile(
    r"\b(?P<name>[\w'’-]{3,40})(?:,? (?:Jr|Sr)\.| I{2,3}\b)?"
    r"(?P<pasted>(?: [\w.()'’-]+){0,6}? (?P=name)(?=[A-Z0-9'‘“\"])(?:[^\n\r]{10,600}? )?MORE\b)"
)
_PASTED_END = "MORE"
_LEFT_OVER = re.compile(r"(?:\s|[a-z])MORE\b")
_OPENS_PIECE = re.compile(r"[\w(\[“\"‘]")
# The same where it cannot be told what was pasted: "Mike PompeoTrump says", "SessionsLewandowski".
_GLUED = re.compile(r"(?<=[a-z]{3})(?<!Mc)(?<!Mac)[A-Z][a-z]{2,}")


def prose(text: str, title: str | None = None) -> tuple[tuple[int, int], ...]:
    """Spans of the paragraphs of `text` that read like prose, in order; never empty if the text has words.

    `title` is the story's own. Of a text that is chrome by every rule, the paragraphs with enough words are kept rather
    than nothing: a feed's summary is often a single line without a full stop.
    """
    seen: set[str] = set()
    heading = _key(title or "")
    found, spare = [], []
    for match in _PARAGRAPH.finditer(text):
        paragraph = match.group().strip()
        key = _key(paragraph)
        if not key or key in seen:
            continue
        seen.add(key)
        words = _count(paragraph)
        if words >= _FEW_WORDS and not _is_title(key, heading) and not _OPENS_CHROME.match(paragraph):
            spare.append(match.span())
            if not _is_furniture(paragraph, words):
                found.append(match.span())
    return tuple(found or spare) or tuple(m.span() for m in _PARAGRAPH.finditer(text) if m.group().strip())


@lru_cache(maxsize=512)  # account, changes and differences of an event ask for the same stories, one after the other
def prose_sentences(text: str, title: str | None, lang: str | None) -> tuple[Spans, ...]:
    """The first twenty sentences of a story's prose, each as its spans in `text`.

    A sentence has one span; one into which headlines were pasted has the spans around them, which read on when joined by a
    space. It is left out if they would not, or if what was pasted cannot be told from it.
    """
    text = text[:_MOST_CHARACTERS]
    pasted = [match.span("pasted") for match in _PASTED.finditer(text)] if _PASTED_END in text else []
    plain = text
    for start, end in pasted:  # a pasted question or full stop ends no sentence
        plain = plain[:start] + "x" * (end - start) + plain[end:]
    found: list[Spans] = []
    for begin, end in prose(plain, title):
        around = (_around(begin + a, begin + b, pasted) for a, b in split(plain[begin:end], lang))
        found += [spans for spans in around if _reads_on(text, spans)]
        if len(found) >= _MOST_SENTENCES:
            break
    return tuple(found[:_MOST_SENTENCES])


def _around(start: int, end: int, pasted: Sequence[tuple[int, int]]) -> Spans:
    """What is left of a sentence without what was pasted into it."""
    spans = []
    for begin, stop in pasted:
        if start <= begin and stop <= end:
            spans.append((start, begin))
            start = min(stop + 1, end)
    return (*spans, (start, end))


def _reads_on(text: str, spans: Spans) -> bool:
    """Whether the spans of a sentence are clean, and parted from each other as words are."""
    pieces = [text[start:end] for start, end in spans]
    apart = all(text[a - 1].isspace() and _OPENS_PIECE.match(text, a) for a, _ in spans[1:])
    return apart and not is_glued(" ".join(pieces))


def is_glued(sentence: str) -> bool:
    """Whether related headlines were pasted into a sentence without spaces, as some sites do at each name."""
    return bool(_LEFT_OVER.search(sentence)) or len(_GLUED.findall(sentence)) > 1


def _is_furniture(paragraph: str, words: int) -> bool:
    if paragraph[-1] not in _FINAL and words < _LABEL_WORDS:
        return True
    if words < _CAPTION_WORDS and _CREDIT.search(paragraph):
        return True
    return bool(_TWEET.search(paragraph) or _BYLINE.match(paragraph))


def _is_title(key: str, heading: str) -> bool:
    return bool(heading) and (key == heading or (heading in key and len(key) < len(heading) * 1.3 + 10))


def _key(text: str) -> str:
    return " ".join(_WORD.findall(unicodedata.normalize("NFKC", text).casefold()))


def _count(text: str) -> int:
    """Words of a text; in scripts without spaces two characters count as one."""
    return len(_WORD.findall(text)) + len(_UNSPACED.findall(text)) // 2
