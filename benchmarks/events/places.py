"""Write the table of places: python benchmarks/events/places.py [--out FILE]   (needs Babel, which is no dependency)

Countries and the cities that name time zones, as the Unicode CLDR (Unicode-3.0 licence, through Babel) spells them in each
language. One line per language and country: language, ISO 3166 code, names separated by "|".
"""

from __future__ import annotations

import argparse
from collections import defaultdict
from pathlib import Path

LANGUAGES = ("ar", "da", "de", "en", "es", "fi", "fr", "it", "ja", "nb", "nl", "pl", "pt", "ru", "sv", "zh")
_ALSO = {"US": "USA", "GB": "UK"}  # what headlines say and the long forms do not


def names_of(language: str) -> dict[str, list[str]]:
    """Country code -> how the language calls the country and its best known cities."""
    from babel import Locale
    from babel.core import get_global

    locale = Locale.parse(language)
    found: dict[str, dict[str, None]] = defaultdict(dict)
    for code, name in locale.territories.items():
        if len(code) == 2 and code.isalpha() and code not in ("EU", "EZ", "UN", "ZZ", "XA", "XB", "QO"):
            for form in (name, name.partition(" (")[0], locale.territories.get(f"{code}-alt-short", name)):
                found[code][form] = None
    zones = get_global("zone_territories")
    for zone, code in zones.items():
        if "/" not in zone or code not in found:
            continue
        city = locale.time_zones.get(zone, {}).get("city")
        if not city and language not in ("ar", "ja", "ru", "zh"):
            city = zone.rpartition("/")[2].replace("_", " ")
        if city and "," not in city and "、" not in city:
            found[code][city] = None
    for code, short in _ALSO.items():
        found[code][short] = None
    return {code: [name for name in names if len(name) > 1] for code, names in found.items()}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=Path, default=Path("aggregator/cluster/places.tsv"))
    out = parser.parse_args().out
    lines = [
        f"{language}\t{code}\t{'|'.join(names)}\n"
        for language in LANGUAGES
        for code, names in sorted(names_of(language).items())
    ]
    out.write_text("".join(lines), encoding="utf-8")


if __name__ == "__main__":
    main()
