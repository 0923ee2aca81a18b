"""Site rules from their files: the reader's own, and those that come with the program."""

from __future__ import annotations

from importlib import resources
from pathlib import Path

from aggregator.config import PagesConfig, default_config_path
from aggregator.errors import ConfigError
from aggregator.extract import SiteRule, read_rule

__all__ = ["read_rule_file", "site_rules"]


def site_rules(config: PagesConfig) -> tuple[tuple[SiteRule, ...], tuple[str, ...]]:
    """The reader's site rules and those that come with the program, the reader's first; and what is wrong with which."""
    folder = Path(config.rules).expanduser() if config.rules else default_config_path().parent / "sites"
    shipped = resources.files("aggregator.extract") / "sites"
    places = [*sorted(folder.glob("*.toml")), *sorted(Path(str(shipped)).glob("*.toml"))]
    rules: list[SiteRule] = []
    problems: list[str] = []
    for place in places:
        try:
            rules.append(read_rule_file(place))
        except ConfigError as error:
            problems.append(str(error))
    return tuple(rules), tuple(problems)


def read_rule_file(path: Path) -> SiteRule:
    """A site rule from its file.

    Raises:
        ConfigError: it cannot be read, or is wrong; names the file.

    """
    try:
        return read_rule(path.read_text("utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(
            f"The site rule {path} cannot be read: {getattr(error, 'strerror', None) or error}."
        ) from error
    except ConfigError as error:
        raise ConfigError(f"{path}: {error}") from error
