"""What others add to this program: plugins, found by the entry points of the group `aggregator`.

A plugin is a module (or another object) whose functions are marked with `hookimpl` and named as those of `Hooks`;
docs/plugins.md has two whole ones. Every call of a plugin passes `_Call`: what one raises or does not finish in time
is a `PluginFailed` with one line, and nothing else.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from functools import lru_cache
from importlib.metadata import EntryPoint, entry_points
from threading import Thread
from typing import Any

import pluggy

from aggregator.errors import PluginFailed
from aggregator.model import Article, Digest, DigestSection, EventView, ParsedFeed, Story

__all__ = ["OFF", "Action", "Channel", "Hooks", "Plugin", "Plugins", "Source", "hookimpl", "load"]

log = logging.getLogger(__name__)

GROUP = "aggregator"
OFF = "switched off"
PATIENCE_S = 60.0  # for one call; a page extractor has the time that a page has

Source = Callable[[str], ParsedFeed]  # given the whole address
Channel = Callable[[str, Digest, str], str | None]  # given recipient, digest and its text; returns what was answered
Action = Callable[[Sequence[Story]], None]  # given the stories that a rule found just now

hookimpl = pluggy.HookimplMarker(GROUP)
_hook = pluggy.HookspecMarker(GROUP)


class Hooks:
    """What a plugin may offer. A function may leave out parameters that it has no use for."""

    @_hook
    def sources(self) -> Mapping[str, Source]:
        """By scheme, what reads an address such as `scheme:rest` as a feed. Called in a thread of its own."""
        raise NotImplementedError

    @_hook
    def extract_page(self, body: bytes, url: str | None, charset: str | None) -> Article | None:
        """What an article page says; None leaves it to the next. Called in the worker processes, which have no network."""
        raise NotImplementedError

    @_hook
    def channels(self) -> Mapping[str, Channel]:
        """By scheme, what delivers a digest to a recipient such as `scheme:rest`. What it raises is tried again as mail is."""
        raise NotImplementedError

    @_hook
    def digest_sections(self, digest: Digest, events: Sequence[EventView]) -> Sequence[DigestSection]:
        """Sections to be put before the others; an event of the digest that is in one is told there only."""
        raise NotImplementedError

    @_hook
    def rule_actions(self) -> Mapping[str, Action]:
        """By name, what rules may do with new stories besides marking them."""
        raise NotImplementedError


@dataclass(frozen=True, slots=True, kw_only=True)
class Plugin:
    """A plugin that is installed. `trouble` says why it is not in use, None if it is."""

    name: str
    version: str | None
    offers: tuple[str, ...] = ()
    trouble: str | None = None


@dataclass(frozen=True, slots=True)
class _Call:
    """One function of a plugin, to be called with care."""

    plugin: str
    function: Callable[..., Any]

    def __call__(self, *given: Any) -> Any:
        """Its answer.

        Raises:
            PluginFailed: it raised, or took too long; its thread is left behind then.

        """
        answer: Future[Any] = Future()
        Thread(target=self._settle, args=(answer, given), name=f"plugin-{self.plugin}", daemon=True).start()
        try:
            return answer.result(PATIENCE_S)
        except TimeoutError:
            raise PluginFailed(f"no answer within {PATIENCE_S:g} s", plugin=self.plugin) from None

    def _settle(self, answer: Future[Any], given: Sequence[Any]) -> None:
        try:
            answer.set_result(self.function(*given))
        except BaseException as error:  # noqa: BLE001 - whatever a plugin does stays with it
            failed = PluginFailed(" ".join(f"{type(error).__name__}: {error}".split()), plugin=self.plugin)
            failed.__cause__ = error
            answer.set_exception(failed)


class Plugins:
    """The plugins of these entry points; one that cannot be loaded is logged, listed, and not in use."""

    def __init__(self, found: Sequence[EntryPoint], off: Collection[str] = ()) -> None:
        self._manager = pluggy.PluginManager(GROUP)
        self._manager.add_hookspecs(Hooks)
        # The last to be registered is asked first (pluggy's order), so that they are asked in the order given.
        self.installed = tuple(self._register(p, is_off=p.name in off) for p in reversed(found))[::-1]
        self.sources: Mapping[str, Source] = self._offered("sources")
        self.channels: Mapping[str, Channel] = self._offered("channels")
        self.actions: Mapping[str, Action] = self._offered("rule_actions")

    def _register(self, point: EntryPoint, *, is_off: bool) -> Plugin:
        version = point.dist.version if point.dist else None
        if is_off:
            return Plugin(name=point.name, version=version, trouble=OFF)
        try:
            plugin = _Call(point.name, point.load)()
            self._manager.register(plugin, point.name)
        except (PluginFailed, ValueError, pluggy.PluginValidationError) as error:
            if self._manager.has_plugin(point.name):
                self._manager.unregister(name=point.name)
            why = " ".join(str(error).split())
            log.warning("plugin not loaded", extra={"plugin": point.name, "error": why})
            return Plugin(name=point.name, version=version, trouble=why)
        offers = tuple(caller.name for caller in self._manager.get_hookcallers(plugin) or ())
        return Plugin(name=point.name, version=version, offers=offers)

    def names(self, hook: str) -> tuple[str, ...]:
        """The plugins that offer this."""
        return tuple(plugin.name for plugin in self.installed if hook in plugin.offers)

    def answers(self, hook: str, **given: Any) -> Iterator[Any]:
        """What each plugin answers, None left out. One that fails is logged and passed over."""
        for call, wanted in self._calls(hook):
            try:
                answer = call(*(given[name] for name in wanted))
            except PluginFailed as error:
                log.warning("plugin failed", extra={"plugin": error.plugin, "error": str(error)})
            else:
                if answer is not None:
                    yield answer

    def first(self, hook: str, **given: Any) -> Any:
        """The first answer that is not None. Raises PluginFailed as soon as one fails."""
        answers = (call(*(given[name] for name in wanted)) for call, wanted in self._calls(hook))
        return next((answer for answer in answers if answer is not None), None)

    def _calls(self, hook: str) -> Iterator[tuple[_Call, Sequence[str]]]:
        for impl in reversed(getattr(self._manager.hook, hook).get_hookimpls()):
            yield _Call(impl.plugin_name, impl.function), impl.argnames

    def _offered(self, hook: str) -> dict[str, Any]:
        """The functions that plugins offer under this hook, by name; where two offer one, the first stands."""
        offered: dict[str, Any] = {}
        for call, _ in self._calls(hook):
            try:
                functions = dict(call())
            except (PluginFailed, TypeError, ValueError) as error:
                log.warning("plugin failed", extra={"plugin": call.plugin, "error": str(error)})
            else:
                offered = {name: _Call(call.plugin, function) for name, function in functions.items()} | offered
        return offered


@lru_cache(maxsize=4)
def load(off: tuple[str, ...] = (), only: tuple[str, ...] | None = None) -> Plugins:
    """The plugins that are installed, without those that are `off`; looked for once in a process. `only` these, if given."""
    found = sorted(entry_points(group=GROUP), key=lambda point: point.name)
    return Plugins([point for point in found if only is None or point.name in only], off)
