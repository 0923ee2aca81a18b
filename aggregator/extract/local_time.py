"""The time of an outlet's country, for moments that its pages stamp in UTC."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

from aggregator.text.urls import host_of

__all__ = ["local_stamp"]

_DAY = timedelta(days=1)
# The zone of a country's outlets, by the end of their address (where there are several, that of the largest cities).
_ZONES = {
    "au": "Australia/Sydney", "nz": "Pacific/Auckland", "jp": "Asia/Tokyo", "kr": "Asia/Seoul", "cn": "Asia/Shanghai",
    "hk": "Asia/Hong_Kong", "tw": "Asia/Taipei", "sg": "Asia/Singapore", "my": "Asia/Kuala_Lumpur", "ph": "Asia/Manila",
    "id": "Asia/Jakarta", "th": "Asia/Bangkok", "vn": "Asia/Ho_Chi_Minh", "pk": "Asia/Karachi", "in": "Asia/Kolkata",
    "bd": "Asia/Dhaka", "lk": "Asia/Colombo", "np": "Asia/Kathmandu", "ae": "Asia/Dubai", "il": "Asia/Jerusalem",
    "tr": "Europe/Istanbul", "ru": "Europe/Moscow", "ua": "Europe/Kyiv", "ro": "Europe/Bucharest", "bg": "Europe/Sofia",
    "gr": "Europe/Athens", "fi": "Europe/Helsinki", "ee": "Europe/Tallinn", "lv": "Europe/Riga", "lt": "Europe/Vilnius",
    "pl": "Europe/Warsaw", "cz": "Europe/Prague", "sk": "Europe/Bratislava", "hu": "Europe/Budapest", "at": "Europe/Vienna",
    "de": "Europe/Berlin", "ch": "Europe/Zurich", "fr": "Europe/Paris", "be": "Europe/Brussels", "nl": "Europe/Amsterdam",
    "lu": "Europe/Luxembourg", "it": "Europe/Rome", "es": "Europe/Madrid", "pt": "Europe/Lisbon", "uk": "Europe/London",
    "ie": "Europe/Dublin", "dk": "Europe/Copenhagen", "no": "Europe/Oslo", "se": "Europe/Stockholm", "hr": "Europe/Zagreb",
    "rs": "Europe/Belgrade", "si": "Europe/Ljubljana", "ba": "Europe/Sarajevo", "za": "Africa/Johannesburg",
    "ke": "Africa/Nairobi", "ng": "Africa/Lagos", "eg": "Africa/Cairo", "ar": "America/Argentina/Buenos_Aires",
    "br": "America/Sao_Paulo", "uy": "America/Montevideo", "cl": "America/Santiago", "pe": "America/Lima",
    "mx": "America/Mexico_City", "ca": "America/Toronto", "us": "America/New_York",
}  # fmt: skip


def local_stamp(stamp: str, days: Sequence[date], url: str | None) -> str:
    """A moment stamped in UTC, told in a zone where it falls on the day that the page shows (if that is a day off).

    A page that shows no day: in the time of its country, if its address names one. Midnight to the second is a day, no moment.
    """
    moment = datetime.fromisoformat(stamp) if stamp.endswith("+00:00") else None
    if moment is None or moment.date() in days:
        return stamp
    if moment.date() - _DAY in days and moment.hour < 8:
        return moment.astimezone(timezone(timedelta(hours=-max(moment.hour + 1, 5)))).isoformat()
    if moment.date() + _DAY in days and moment.hour >= 11:
        return moment.astimezone(timezone(timedelta(hours=24 - moment.hour))).isoformat()
    home = _home_zone(url)
    if home is None or (moment.hour, moment.minute, moment.second) == (0, 0, 0):
        return stamp
    local = moment.astimezone(home)
    return local.isoformat() if local.date() != moment.date() else stamp


def _home_zone(url: str | None) -> ZoneInfo | None:
    country = (host_of(url) or "").rpartition(".")[2] if url else ""
    name = _ZONES.get(country)
    return ZoneInfo(name) if name else None
