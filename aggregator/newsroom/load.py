"""Read the newsroom's folder: `outlets.toml` and one file per event under `events/`. The format: `seeds/README.md`."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from datetime import datetime
from importlib import resources
from pathlib import Path
from typing import Any

from aggregator.errors import ConfigError
from aggregator.newsroom.values import Correction, Event, FeedShape, Mark, Newsroom, Outlet, Story, story_path

__all__ = ["default_folder", "load"]

FORMATS = ("rss2", "rss1", "atom", "json")
BODIES = ("full", "summary", "title")
KINDS = ("exact", "near", "excerpt", "reworded")
TEMPLATES = ("wire", "broadsheet", "regional", "broadcast", "blog")
METADATA = frozenset({"json-ld", "opengraph", "dublin-core"})

_MARKED = re.compile(r"\[([^\[\]]+)\]\(([^()]+)\)")
_STORY_KEYS = frozenset(
    (
        "id",
        "outlet",
        "at",
        "title",
        "text",
        "by",
        "section",
        "summary",
        "caption",
        "credit",
        "slug",
        "copy_of",
        "kind",
        "lede",
        "keep",
        "after",
        "correction",
    )
)
_EVENT_KEYS = frozenset({"about", "section", "facts", "differ", "story"})


def default_folder() -> Path:
    """Where the newsroom's files are: in the installed package, else at the top of the source tree.

    Raises ConfigError if neither is there.
    """
    packaged = Path(str(resources.files("aggregator"))) / "data" / "seeds"
    for folder in (packaged, Path(__file__).resolve().parents[2] / "seeds"):
        if (folder / "outlets.toml").is_file():
            return folder
    raise ConfigError(f"The demo newsroom is missing: no outlets.toml in {packaged}. Install the package again.")


def load(folder: Path) -> Newsroom:
    """The newsroom in `folder`, checked. Raises ConfigError naming the file, the story and what is wrong."""
    outlets = _read_outlets(folder / "outlets.toml")
    by_key = {o.key: o for o in outlets}
    events: list[Event] = []
    stories: list[Story] = []
    for path in sorted((folder / "events").glob("*.toml")):
        reader = _EventFile(path, by_key)
        events.append(reader.event)
        stories.extend(reader.stories())
    if not events:
        raise ConfigError(f"{folder / 'events'} holds no event: expected files named like storm.toml.")
    _refuse_shared_addresses(stories, folder)
    stories.sort(key=lambda s: (s.at, s.outlet, s.id))
    return Newsroom(outlets=outlets, events=tuple(events), stories=tuple(stories))


def _refuse_shared_addresses(stories: list[Story], folder: Path) -> None:
    seen: dict[tuple[str, str], str] = {}
    for story in stories:
        other = seen.setdefault((story.outlet, story.path), story.id)
        if other != story.id:
            raise ConfigError(f"{folder}: {other} and {story.id} have one address, {story.path}: change a title.")


def _read_toml(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError as exc:
        raise ConfigError(f"{path} is missing.") from exc
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as exc:
        raise ConfigError(f"{path} cannot be read: {exc}.") from exc


def _choice(value: str, allowed: tuple[str, ...], where: str) -> str:
    if value not in allowed:
        raise ConfigError(f"{where}: {value!r} is none of {', '.join(allowed)}.")
    return value


def _no_others(table: Mapping[str, Any], allowed: frozenset[str], where: str) -> None:
    unknown = sorted(set(table) - allowed)
    if unknown:
        raise ConfigError(f"{where}: unknown key {unknown[0]!r}; known are {', '.join(sorted(allowed))}.")


# ---------------------------------------------------------------------------------------------------------- outlets


def _read_outlets(path: Path) -> tuple[Outlet, ...]:
    document = _read_toml(path)
    words: dict[str, dict[str, str]] = document.get("words", {})
    outlets = []
    for number, (key, table) in enumerate(document.get("outlet", {}).items(), start=1):
        where = f"{path}: outlet {key}"
        try:
            outlets.append(_outlet(key, number, table, words, where))
        except KeyError as exc:
            raise ConfigError(f"{where}: {exc.args[0]!r} is missing.") from exc
        except TypeError as exc:
            raise ConfigError(f"{where}: {exc}.") from exc
    if not outlets:
        raise ConfigError(f"{path} names no outlet: expected tables like [outlet.courier].")
    return tuple(outlets)


def _outlet(key: str, number: int, table: dict[str, Any], words: dict[str, dict[str, str]], where: str) -> Outlet:
    feed = FeedShape(**table["feed"])
    _choice(feed.format, FORMATS, where)
    _choice(feed.body, BODIES, where)
    metadata = frozenset(table["page"]["metadata"])
    _no_others(dict.fromkeys(metadata), METADATA, where)
    lang = table["lang"]
    return Outlet(
        key=key,
        number=number,
        name=table["name"],
        lang=lang,
        folder=table["folder"],
        tagline=table["tagline"],
        sections=tuple(table["sections"]),
        path=table["path"],
        feed=feed,
        template=_choice(table["page"]["template"], TEMPLATES, where),
        metadata=metadata,
        words={**words[lang], **table.get("words", {})},
        evergreen=tuple(table["evergreen"]),
    )


# ----------------------------------------------------------------------------------------------------------- events


class _EventFile:
    """One event's file while it is read: its stories may be copies of one another."""

    def __init__(self, path: Path, outlets: dict[str, Outlet]) -> None:
        self._path, self._outlets, self._document = path, outlets, _read_toml(path)
        _no_others(self._document, _EVENT_KEYS, str(path))
        if not self._document.get("about"):
            raise ConfigError(f"{path}: say what happened in one line: about = …")
        self.event = Event(
            key=path.stem,
            about=self._document["about"],
            facts=dict(self._document.get("facts", {})),
            differ=frozenset(self._document.get("differ", ())),
        )
        unknown = self.event.differ - set(self.event.facts)
        if unknown:
            raise ConfigError(f"{path}: differ names {min(unknown)!r}, which is no fact of this event.")

    def stories(self) -> list[Story]:
        """All stories of the file, in its order. A copy stands below its source."""
        known: dict[str, Story] = {}
        for number, table in enumerate(self._document.get("story", ()), start=1):
            where = f"{self._path}: story {number} ({table.get('outlet', '?')}: {str(table.get('title', '?'))[:40]})"
            _no_others(table, _STORY_KEYS, where)
            name = table.get("id", str(number))
            if name in known:
                raise ConfigError(f"{where}: the id {name!r} is taken.")
            try:
                known[name] = self._story(name, table, known, where)
            except KeyError as exc:
                raise ConfigError(f"{where}: {exc.args[0]!r} is missing.") from exc
        if not known:
            raise ConfigError(f"{self._path}: no story.")
        return list(known.values())

    def _story(self, name: str, table: dict[str, Any], known: dict[str, Story], where: str) -> Story:
        if table["outlet"] not in self._outlets:
            raise ConfigError(f"{where}: no outlet {table['outlet']!r} in outlets.toml.")
        outlet = self._outlets[table["outlet"]]
        at = _moment(table["at"], where)
        source = self._source(table, known, at, where)
        title = table.get("title") or (source.title if source else table["title"])
        section = table.get("section", self._document.get("section", outlet.sections[0]))
        paragraphs, marks = self._text(table, source, where)
        if not paragraphs:
            raise ConfigError(f"{where}: there is nothing to read in it.")
        return Story(
            id=f"{self.event.key}/{name}",
            event=self.event.key,
            outlet=outlet.key,
            at=at,
            title=title,
            paragraphs=paragraphs,
            summary=table.get("summary", paragraphs[0]),
            section=section,
            path=story_path(outlet.path, at=at, title=table.get("slug", title), section=section),
            authors=tuple(table.get("by", ())),
            caption=table.get("caption"),
            credit=table.get("credit"),
            copy_of=source.id if source else None,
            kind=table.get("kind"),
            marks=marks,
            corrections=_corrections(table, title, paragraphs, at, where),
        )

    def _source(self, table: dict[str, Any], known: dict[str, Story], at: datetime, where: str) -> Story | None:
        if ("copy_of" in table) != ("kind" in table):
            raise ConfigError(f"{where}: a copy has both copy_of and kind.")
        if "copy_of" not in table:
            return None
        _choice(table["kind"], KINDS, where)
        if table["copy_of"] not in known:
            raise ConfigError(f"{where}: copy_of = {table['copy_of']!r} names no story above it.")
        source = known[table["copy_of"]]
        if at < source.at:
            raise ConfigError(f"{where}: a copy cannot be older than its source.")
        return source

    def _text(
        self, table: dict[str, Any], source: Story | None, where: str
    ) -> tuple[tuple[str, ...], tuple[Mark, ...]]:
        """The story's own text; or its source's, with a new lede, a part kept, something added after it."""
        if "text" in table:
            return self._unmark(table["text"], where)
        if source is None:
            raise KeyError("text")
        first, last = table.get("keep", (1, len(source.paragraphs)))
        lede, lede_marks = self._unmark(table.get("lede", ""), where)
        after, after_marks = self._unmark(table.get("after", ""), where)
        kept = source.paragraphs[first - 1 : last]
        if not kept:
            raise ConfigError(f"{where}: keep = [{first}, {last}] leaves nothing of the source.")
        body = "\n".join(kept)
        return (*lede, *kept, *after), (*lede_marks, *(m for m in source.marks if m.passage in body), *after_marks)

    def _unmark(self, text: str, where: str) -> tuple[tuple[str, ...], tuple[Mark, ...]]:
        """Split into paragraphs and take the marks out: `[A passage](fact)` or `[A passage](fact=value; other)`."""
        marks: list[Mark] = []

        def plain(match: re.Match[str]) -> str:
            for part in match[2].split(";"):
                fact, _, value = (p.strip() for p in part.partition("="))
                if fact not in self.event.facts:
                    raise ConfigError(f"{where}: a passage is marked {fact!r}, which is no fact of this event.")
                marks.append(Mark(fact=fact, value=value or None, passage=match[1]))
            return match[1]

        blocks = [" ".join(block.split()) for block in re.split(r"\n\s*\n", text)]
        return tuple(_MARKED.sub(plain, block) for block in blocks if block), tuple(marks)


def _corrections(
    table: dict[str, Any], title: str, paragraphs: tuple[str, ...], at: datetime, where: str
) -> tuple[Correction, ...]:
    found = []
    whole = "\n".join((title, *paragraphs))
    for row in table.get("correction", ()):
        correction = Correction(
            at=_moment(row["at"], where), old=row["old"], new=row["new"], silent=row.get("silent", True)
        )
        if correction.old not in whole:
            raise ConfigError(f"{where}: the correction's old words {correction.old!r} are not in the story.")
        if correction.at <= at:
            raise ConfigError(f"{where}: a correction comes after publication.")
        whole = whole.replace(correction.old, correction.new)
        found.append(correction)
    return tuple(found)


def _moment(value: Any, where: str) -> datetime:
    if not isinstance(value, datetime) or value.tzinfo is None:
        raise ConfigError(f"{where}: {value} is no moment with a zone, such as 2026-03-02T05:12:00Z.")
    return value
