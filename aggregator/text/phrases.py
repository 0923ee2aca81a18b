"""Sentences that are written down in English and read later, perhaps in another language: reasons, errors, the state of feeds.

Rooms that decide know no reader, so they say why in English; what they say is stored, and programs get it so. Where it is
shown to a person, `retell` finds the phrase by its pattern and says it in the reader's language; what it does not know
stays as it is. A test has the rooms say all that they can say, so that this list and they stay together.
"""

from __future__ import annotations

import re
from functools import lru_cache

from aggregator.text.tongue import ENGLISH, Tongue, mark, marks

__all__ = ["retell"]

_Phrase = tuple[str, str]
_LONGEST = 2000
_DEEPEST = 5  # phrases within phrases: ours are three deep, what others wrote can look like hundreds
# Values that are phrases themselves.
_SAID = frozenset({"what", "why", "when", "span", "found", "apart", "mean", "mend"})
_SHAPES = {
    "url": r"\S+",
    "num": r"\d+",
    "seconds": r"\d+",
    "share": r"\d+",
    "words": r"\d+",
    "status": r"\d+",
    "date": r"[\d-]+",
}
_SLOT = re.compile(r"%\((\w+)\)s")

_PHRASES: tuple[str | _Phrase, ...] = (
    # Why a story is a copy of another (dedupe.reasons).
    mark("Its title, all there is of it, is that of %(story)s, %(when)s."),
    mark("All of its %(words)s words are those of %(story)s, %(when)s."),
    mark("Its sentences are reworded: %(share)s %% of its %(words)s words stand in %(story)s, %(when)s."),
    mark("%(share)s %% of its %(words)s words are an excerpt of %(story)s, %(when)s."),
    mark("%(share)s %% of its %(words)s words stand in the same order in %(story)s, %(when)s."),
    mark("published at the same time"),
    mark("published %(span)s earlier"),
    mark("published %(span)s later"),
    marks("%(num)s minute", "%(num)s minutes"),
    marks("%(num)s hour", "%(num)s hours"),
    marks("%(num)s day", "%(num)s days"),
    # Why stories are together, and why others are not with them (cluster.reasons, cluster.contradiction).
    mark("Joined by the reader. %(found)s; %(apart)s apart."),
    mark("%(found)s; %(apart)s apart; %(share)s%% likely one event %(mean)s."),
    mark("told in another language (%(lang)s)"),
    mark("alike as a whole"),
    mark("shared names: %(list)s"),
    mark("shared figures: %(list)s"),
    mark("shared words: %(list)s"),
    mark("with the other report"),
    marks("on average over %(num)s report", "on average over %(num)s reports"),
    mark("Another quarter: %(one)s against %(other)s."),
    mark("Another magnitude: %(one)s against %(other)s."),
    mark("Another score: %(one)s against %(other)s."),
    mark("Another rate: %(one)s against %(other)s."),
    mark("Another day: %(one)s against %(other)s."),
    mark("Another name in the same place: %(one)s against %(other)s."),
    mark("Another figure of something else: %(one)s against %(other)s."),
    # Why an event belongs to a topic (app.topics).
    mark("Its story matches."),
    mark("Its original story matches."),
    mark("%(matched)s of its %(num)s original stories match."),
    # When a feed is asked again (plan).
    mark("the server asks for %(span)s between visits"),
    mark("the server said: retry after %(span)s"),
    mark("the server says that it is gone for good (410)"),
    mark("it is due, but its host is left alone for %(span)s"),
    mark("set by you to every %(span)s"),
    mark("its entries come about every %(span)s"),
    mark("nothing new: a little later than last time"),
    mark("as last time"),
    mark("its rhythm is not known yet"),
    mark("never asked yet"),
    mark("Left out: %(name)s has an address that cannot be polled: %(url)s"),
    mark("the server asked us to wait (429): slowed down"),
    marks("failed %(num)s time in a row: slowed down", "failed %(num)s times in a row: slowed down"),
    # What went wrong on the way to a server (fetch).
    mark("HTTP %(status)s: %(what)s; it may be asked again in %(span)s."),
    mark("HTTP %(status)s: %(what)s."),
    mark("the server wants a login"),
    mark("the server wants to be paid"),
    mark("the server refuses us"),
    mark("there is nothing at this address"),
    mark("the server has nothing in a form we read"),
    mark("it is withheld for legal reasons"),
    mark("it is gone for good"),
    mark("we asked too often"),
    mark("the server has a fault"),
    mark("the server behind it does not answer"),
    mark("the server is overloaded or under repair"),
    mark("the server behind it does not answer in time"),
    mark("this is no answer we can use"),
    mark("There is no host %(host)s: %(reason)s."),
    mark("%(host)s does not take connections: no answer in time."),
    mark("No connection to %(host)s port %(num)s: %(reason)s."),
    mark("The certificate does not hold: %(reason)s."),
    mark("The connection broke: %(reason)s."),
    # How feeds do (app.health): what is the matter, then what mends it. After the errors, for a name may be anything.
    mark("%(what)s Remove it: %(command)s"),
    mark("%(what)s Look at %(url)s, or remove it: %(command)s"),
    mark("%(what)s Ask the outlet to let feed readers in, or remove it: %(command)s"),
    mark("%(what)s Subscribe to the feed's personal address, or remove it: %(command)s"),
    mark("%(what)s Look for its new address: %(command)s; or remove it: %(another)s"),
    mark("%(name)s has moved and is now asked at %(url)s."),
    mark("%(name)s has published nothing for %(num)s days; its feed answers as before."),
    mark("%(name)s has moved to %(url)s, which you have subscribed to already."),
    mark("%(name)s is gone for good: its server answers %(status)s since %(date)s."),
    mark("%(name)s is gone for good: its server answers %(status)s."),
    mark("%(name)s is blocked by %(who)s since %(date)s, which takes us for a robot."),
    mark("%(name)s is blocked by %(who)s, which takes us for a robot."),
    mark("%(name)s wants a login since %(date)s."),
    mark("%(name)s wants a login."),
    mark("%(name)s has failed %(num)s times in a row since %(date)s: %(why)s."),
    mark("%(name)s has failed %(num)s times in a row: %(why)s."),
    marks("%(num)s more feed needs a look: aggregator doctor", "%(num)s more feeds need a look: aggregator doctor"),
    mark("Remove it: %(command)s"),
    mark("Look at %(url)s, or remove it: %(command)s"),
    mark("Ask the outlet to let feed readers in, or remove it: %(command)s"),
    mark("Subscribe to the feed's personal address, or remove it: %(command)s"),
    mark("Look for its new address: %(command)s; or remove it: %(another)s"),
    # What else the doctor finds, and what mends it (app.doctor, app.online).
    mark("The database %(path)s is damaged: %(problem)s."),
    mark("Restore a backup, or choose another file with --db."),
    mark("There are no subscriptions."),
    mark(
        "%(address)s gets the digest %(digest)s no more since %(date)s:"
        " its mail was refused three times in a row, at last with: %(reason)s"
    ),
    marks(
        "%(num)s mail could not be sent for an hour or more, at last with: %(reason)s",
        "%(num)s mails could not be sent for an hour or more, at last with: %(reason)s",
    ),
    mark("Mend the file, and try it: %(command)s"),
    mark("The plugin %(name)s cannot be used: %(reason)s."),
    mark("Upgrade or uninstall it, or switch it off: %(setting)s"),
    mark("No plugin delivers to %(address)s."),
    mark("Install it, or change the digest's recipients."),
    marks("%(num)s story waits to be put into events.", "%(num)s stories wait to be put into events."),
    mark("SQLite is %(version)s; before 3.51.3 two programs that write at once can, rarely, lose a change."),
    mark("Let one aggregator write at a time (it sees to that itself), or upgrade SQLite."),
    mark("None of %(num)s hosts can be reached; the first: %(why)s"),
    mark("Look at this machine's network and name service, and at [fetch] proxy."),
    mark("Asked now: %(why)s"),
    mark("This machine's clock is %(seconds)s seconds ahead of %(num)s servers' clocks."),
    mark("This machine's clock is %(seconds)s seconds behind %(num)s servers' clocks."),
    mark("Set the clock; systemd-timesyncd or chrony keep it right."),
    mark("Look at %(setting)s; then: aggregator mail test"),
    mark("The page is not at [web] public_url: %(why)s"),
    mark("Is aggregator run at work, and does the proxy lead to it?"),
    mark("Look at [workers] scheduler; until then this machine reads alone."),
    # What a query says that cannot be understood (query.parse).
    mark("There is no letter or figure to search for; try a pattern: /…/."),
    mark("There is no letter or figure to search for after %(name)s:."),
    mark("OR needs something to search for on its left; to search for the word, quote it."),
    mark("OR needs something to search for on its right; to search for the word, quote it."),
    mark("AND needs something to search for on its left; to search for the word, quote it."),
    mark("AND needs something to search for on its right."),
    mark("NOT needs something to search for on its right; to search for the word, quote it."),
    mark("%(name)s: needs a value right after the colon."),
    mark("This tag has no name."),
    mark("A language is written as its code: lang:en, lang:zh, lang:pt-br."),
    mark("is: is followed by one of %(states)s."),
    mark("%(name)s: is followed by a comparison with a number: %(example)s"),
    mark("%(name)s: is followed by a date (2026-03-01), an interval (2026-03-01/2026-03-05) or a span (36h, 7d)."),
    mark("The beginning of a word needs %(num)s letters before the *."),
    mark("This quotation mark is never closed."),
    mark('This "(" is never closed.'),
    mark("%(name)s: takes no pattern."),
    mark("This pattern cannot be used: %(reason)s."),
    mark("A query is at most %(num)s levels deep."),
    mark("A query has at most %(num)s terms."),
    # What was asked of us and cannot be done (app, store, web).
    mark("Name or password is wrong."),
    mark("Too many wrong passwords; try again in %(num)s s."),
    mark("The two passwords differ."),
    mark("A reader's name is one line of at most 100 characters."),
    mark("A password has at least %(num)s characters, and at most %(most)s."),
    mark("Choose an OPML file first."),
    mark("Type the address of a site or a feed."),
    mark("There is no such subscription."),
    mark("There is no such folder."),
    mark("There is no story %(id)s; see: aggregator stories"),
    mark("There is no event %(id)s; see: aggregator events"),
    mark("There is no topic %(name)s; see: aggregator topics list"),
    mark("There is no edition %(id)s."),
    mark("There is no outlet %(id)s."),
    mark("There is nothing to undo any more."),
    mark("There is nothing under a number that large."),
    mark("No event was named."),
    mark("Log in first."),
    mark("This form is out of date. Go back, load the page again, and repeat what you did."),
    mark("This was sent from another site."),
    mark("This page is not served under that name. Set [web] public_url if it should be."),
    mark("Give the event's number, or the address of its page."),
    mark("This address stops no digest; it may be incomplete."),
    mark("It is written down in the log under %(id)s."),
    # Anything of the above at an address, or one after the other.
    mark("%(url)s: %(what)s"),
    mark("%(what)s; %(why)s"),
)


def retell(text: str, tongue: Tongue) -> str:
    """A sentence of ours in another tongue, as far as it is known; in English it is what it was."""
    return text if tongue == ENGLISH else _retold(text, tongue, _DEEPEST)


def _retold(text: str, tongue: Tongue, deep: int) -> str:
    if not text or len(text) > _LONGEST or not deep:
        return text
    for told, is_lowered in ((text, False), (text[:1].lower() + text[1:], True)):
        for phrase, pattern in _patterns():
            if match := pattern.fullmatch(told):
                said = _say(phrase, match.groupdict(), tongue, deep - 1)
                return said[:1].upper() + said[1:] if is_lowered else said
    return text


def _say(phrase: str | _Phrase, values: dict[str, str], tongue: Tongue, deep: int) -> str:
    said = {name: _retold(value, tongue, deep) if name in _SAID else value for name, value in values.items()}
    if isinstance(phrase, str):
        return tongue.gettext(phrase, **said)
    number = int(said.pop("num"))
    return tongue.ngettext(*phrase, number, **said)


@lru_cache(maxsize=1)
def _patterns() -> tuple[tuple[str | _Phrase, re.Pattern[str]], ...]:
    forms = ((phrase, form) for phrase in _PHRASES for form in ((phrase,) if isinstance(phrase, str) else phrase))
    return tuple((phrase, re.compile(_pattern(form), re.DOTALL)) for phrase, form in forms)


def _pattern(message: str) -> str:
    """What a message looks like once it is filled in."""
    parts = _SLOT.split(message)
    texts = [re.escape(text.replace("%%", "%")) for text in parts[::2]]
    slots = [f"(?P<{name}>{_SHAPES.get(name, '.+')})" for name in parts[1::2]]
    return "".join(text + slot for text, slot in zip(texts, [*slots, ""], strict=True))
