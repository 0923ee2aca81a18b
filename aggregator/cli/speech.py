"""The language of the terminal: that of the settings, else the one that LANGUAGE, LC_ALL, LC_MESSAGES or LANG ask for."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

import click

from aggregator.errors import ConfigError
from aggregator.text.tongue import ENGLISH, Tongue, choose, tongue_of

if TYPE_CHECKING:
    from aggregator.config import Config

__all__ = ["_", "asked_for", "follow", "ngettext", "tongue"]

_KEPT, _SETTINGS = "aggregator.tongue", "aggregator.settings"


def follow(context: click.Context, settings: Callable[[], Config]) -> None:
    """Speak the language of these settings in this call; they are read when there is something to say."""
    context.meta[_SETTINGS] = settings


def tongue() -> Tongue:
    """The tongue of this call; found once, when it first has something to say."""
    context = click.get_current_context(silent=True)
    if context is None:
        return ENGLISH
    if _KEPT not in context.meta:
        context.meta[_KEPT] = tongue_of(_set(context.meta.get(_SETTINGS)) or asked_for(os.environ) or ENGLISH.lang)
    found: Tongue = context.meta[_KEPT]
    return found


def _(message: str, /, **values: Any) -> str:
    """A message in the language of the terminal."""
    return tongue().gettext(message, **values)


def ngettext(one: str, many: str, number: int, /, **values: Any) -> str:
    """A message in the form for so many; `%(num)s` is the number."""
    return tongue().ngettext(one, many, number, **values)


def asked_for(environ: Mapping[str, str]) -> str | None:
    """The language that the environment asks for, by the rules of gettext: a locale of C is English, whatever else is set."""
    locale = next(filter(None, (environ.get(name) for name in ("LC_ALL", "LC_MESSAGES", "LANG"))), "")
    if locale in ("C", "POSIX"):
        return ENGLISH.lang
    return choose([*environ.get("LANGUAGE", "").split(":"), locale])


def _set(settings: Callable[[], Config] | None) -> str | None:
    """The language of the settings; settings that cannot be read are another's to complain of."""
    try:
        return settings().interface.language if settings else None
    except ConfigError:
        return None
