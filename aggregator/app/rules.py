"""Rules as a use case: tried on what is stored before they exist, applied to what comes, and taken back exactly."""

from __future__ import annotations

import logging
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING

from aggregator.app.clock import Clock
from aggregator.app.marks import folded_tag
from aggregator.app.notices import Channels, Notices
from aggregator.errors import AggregatorError, PluginFailed
from aggregator.model import Story
from aggregator.plugins import Plugins
from aggregator.query import And, Everything, Node, Words, parse
from aggregator.store import Store
from aggregator.store.marks import Act
from aggregator.store.rules import StoredRule

if TYPE_CHECKING:
    from aggregator.app.resources import Resources

__all__ = ["ACTIONS", "NOTIFY", "SCOPES", "Applied", "Rules"]

log = logging.getLogger(__name__)

ACTIONS = {"hide": "hidden", "read": "read", "star": "starred", "quiet": "quiet"}  # action -> mark of a story
NOTIFY = "notify"  # of new stories only: what was told cannot be taken back
SCOPES = ("folder", "feed", "outlet")
TAG = "tag:"
ACT = "rule "  # how the acts of rules begin in the list of what can be undone
LONGEST_NAME = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Applied:
    """What applying a rule came to: the number to undo it by (None if nothing changed), how many stories match and changed."""

    rule: str
    undo: int | None
    matched: int
    changed: int


@dataclass(frozen=True, slots=True)
class Rules:
    """The rules of readers."""

    store: Store
    clock: Clock
    timezone: str
    channels: Channels = field(default_factory=Channels)
    resources: Resources | None = None
    plugins: Plugins = field(default_factory=lambda: Plugins(()))

    @property
    def notices(self) -> Notices:
        """What rules tell the reader of at once."""
        return Notices(self.store, self.clock, self.channels, self.resources)

    def add(self, name: str, query: str, actions: Sequence[str], *, scope: str = "", reader_id: int = 1) -> StoredRule:
        """Have stories that match treated so from now on. `scope` is "", folder:…, feed:… or outlet:….

        Raises:
            QueryError: the query or the scope cannot be understood.
            AlreadyExists: there is a rule of this name.
            AggregatorError: the name is empty, there is no such action, or nothing limits the rule; or it is to notify, and
                the settings name no command for that.

        """
        title = " ".join(name.split())
        if not title or len(title) > LONGEST_NAME or not title.isprintable():
            raise AggregatorError(f"A rule needs a name of at most {LONGEST_NAME} letters.")
        if isinstance(self._node(scope, query), Everything):
            raise AggregatorError("A rule needs a query or a scope; this one would hit every story.")
        if NOTIFY in actions and not self.channels.names:
            raise AggregatorError(
                'To be notified, name a command in the settings: [rules] notify = ["notify-send", "News"], or webhook, or ntfy'
            )
        return self.store.rules.add(
            reader_id,
            title,
            scope=scope.strip(),
            query=query,
            actions=_checked(actions, self.plugins.actions),
            now=self.clock(),
        )

    def all(self, *, reader_id: int = 1) -> tuple[StoredRule, ...]:
        """The reader's rules, in the order in which they are applied."""
        return self.store.rules.all(reader_id)

    def remove(self, name: str, *, reader_id: int = 1) -> StoredRule:
        """Apply a rule no more; what it did stays until it is undone.

        Raises:
            NotFound: there is none of this name.

        """
        return self.store.rules.remove(reader_id, name)

    def test(
        self,
        query: str,
        *,
        scope: str = "",
        since: datetime | None = None,
        until: datetime | None = None,
        limit: int | None = None,
        reader_id: int = 1,
    ) -> Iterator[Story]:
        """The stored stories that a rule would hit, newest first; the rule need not exist, and nothing changes.

        Raises:
            QueryError: the query or the scope cannot be understood.

        """
        return self.store.search.stories(
            self._node(scope, query), reader_id=reader_id, zone=self.timezone, now=self.clock(), since=since, until=until,
            limit=limit, with_hidden=True,
        )  # fmt: skip

    def apply(
        self, name: str | None = None, *, since: datetime | None = None, reader_id: int = 1
    ) -> tuple[Applied, ...]:
        """Apply a rule, or all of them in their order, to stored stories published since.

        Raises:
            NotFound: there is no rule of this name.

        """
        rules = self.all(reader_id=reader_id) if name is None else (self.store.rules.get(reader_id, name),)
        return tuple(self._apply(rule, [s.id for s in self._hit(rule, since)]) for rule in rules)

    def apply_to_new(self, seen_since: datetime) -> None:
        """Apply everybody's rules to stories that were first seen since then, and send notices that are due again."""
        for rule in self.store.rules.all():
            new = list(self._hit(rule, None, seen_since=seen_since))
            if new:
                done = self._apply(rule, [s.id for s in new])
                log.info("rule applied", extra={"rule": rule.name, "changed": done.changed})
                if NOTIFY in rule.actions:
                    self.notices.tell(rule.reader_id, rule.name, new)
                self._have_done(rule, new)
        self.notices.send_due()

    def _have_done(self, rule: StoredRule, stories: Sequence[Story]) -> None:
        """Have plugins do their part of a rule; like a notice, it cannot be taken back."""
        for action in rule.actions:
            if action in self.plugins.actions:
                try:
                    self.plugins.actions[action](stories)
                except PluginFailed as error:
                    log.warning("plugin failed", extra={"plugin": error.plugin, "rule": rule.name, "error": str(error)})

    def undo(self, undo_id: int | None = None, *, reader_id: int = 1) -> Act:
        """Take back what applying a rule did, the latest if no number is named: marks are exactly as they were before.

        Raises:
            NotFound: there is no such act of a rule, or it was undone before.

        """
        number = undo_id if undo_id is not None else self.store.marks.latest(reader_id, prefix=ACT)
        if undo_id is not None and not (self.store.marks.act(reader_id, undo_id) or "").startswith(ACT):
            raise AggregatorError(f"Number {undo_id} is nothing that a rule did; see: aggregator mark log")
        self.store.marks.take_back(reader_id, number or 0, now=self.clock())
        return next(act for act in self.store.marks.acts(reader_id, limit=10_000) if act.id == number)

    def _hit(self, rule: StoredRule, since: datetime | None, *, seen_since: datetime | None = None) -> Iterator[Story]:
        return self.store.search.stories(
            self._node(rule.scope, rule.query), reader_id=rule.reader_id, zone=self.timezone, now=self.clock(),
            since=since, seen_since=seen_since, with_hidden=True,
        )  # fmt: skip

    def _apply(self, rule: StoredRule, story_ids: Sequence[int]) -> Applied:
        now, marks = self.clock(), self.store.marks
        before: dict[str, list[list[object]]] = {}
        with self.store.write():
            for action in rule.actions:
                if action.startswith(TAG):
                    change = marks.set_tag(rule.reader_id, action.removeprefix(TAG), story_ids)
                elif action in ACTIONS:
                    change = marks.set(rule.reader_id, ACTIONS[action], story_ids, now)
                else:  # not a mark
                    continue
                for kind, rows in change.items():
                    before.setdefault(kind, []).extend(rows)
            changed = {row[0] for rows in before.values() for row in rows}
            undo = marks.remember(rule.reader_id, f"{ACT}{rule.name}", before, now=now) if changed else None
        return Applied(rule=rule.name, undo=undo, matched=len(story_ids), changed=len(changed))

    def _node(self, scope: str, query: str) -> Node:
        """The whole query of a rule."""
        node, place = parse(query), parse(scope)
        if isinstance(place, Everything):
            return node
        if not (isinstance(place, Words) and place.field in SCOPES):
            raise AggregatorError("A scope is folder:NAME, feed:NAME or outlet:NAME.")
        return place if isinstance(node, Everything) else And(parts=(place, node))


def _checked(actions: Sequence[str], others: Collection[str]) -> tuple[str, ...]:
    """Actions as they are kept.

    Raises:
        AggregatorError: there is none, or no such one.

    """
    kept = [f"{TAG}{folded_tag(a.removeprefix(TAG))}" if a.startswith(TAG) else a for a in actions]
    known = (*ACTIONS, NOTIFY, *others)
    unknown = [a for a in kept if not a.startswith(TAG) and a not in known]
    if unknown or not kept:
        what = f"{unknown[0]!r} is no action" if unknown else "A rule needs an action"
        raise AggregatorError(f"{what}; there are {', '.join(known)} and {TAG}NAME.")
    return tuple(dict.fromkeys(kept))
