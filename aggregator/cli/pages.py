"""`aggregator pages`: article pages by hand."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from aggregator.cli.helping import Group
from aggregator.cli.output import is_plain, write_json
from aggregator.cli.session import Session, pass_session

if TYPE_CHECKING:
    from aggregator.model import Article

__all__ = ["pages"]

_LEFT_OUT = "left out "
_FACTS = (
    "title", "authors", "published", "updated", "lang", "site", "section", "image", "credit", "correction", "canonical_url",
)  # fmt: skip


@click.group(cls=Group)
def pages() -> None:
    """Article pages: what the extractor makes of one, and of all that are kept.

    \b
    Examples:
      aggregator pages preview https://example.org/story
      aggregator pages preview page.html --rule example.toml
      aggregator pages reextract --feed https://example.org/feed.xml
    """


@pages.command()
@click.argument("place", metavar="URL|FILE")
@click.option("--rule", type=click.Path(path_type=Path), help="Try this site rule, a TOML file.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@pass_session
def preview(session: Session, place: str, *, rule: Path | None, as_json: bool) -> None:
    """Show what the extractor makes of a page: facts, text, and every line left out, each with its reason.

    Nothing is stored. A rule that proves itself belongs into the folder of site rules (`[pages] rules`).

    \b
    Examples:
      aggregator pages preview https://example.org/story
      aggregator pages preview page.html --rule example.toml
    """
    from aggregator.app.site_rules import read_rule_file, site_rules

    with session.app() as app:
        for problem in site_rules(app.config.pages)[1]:
            click.echo(problem, err=True)
        article = app.pages.preview(place, rule=read_rule_file(rule) if rule else None)
    if as_json:
        from aggregator.render.rows import article_row

        write_json(article_row(article))
    else:
        _print(article)
    if not article.text:
        sys.exit(1)


def _print(article: Article) -> None:
    for name in _FACTS:
        value = _shown(getattr(article, name))
        if value:
            source = article.sources.get(name)
            click.echo(f"{name:14}{value}" + (f"  [{source}]" if source else ""))
    reasons = [r for r in article.quality_reasons if not r.startswith(_LEFT_OUT)]
    click.echo(f"quality       {article.quality:.2f}: {'; '.join(reasons)}")
    click.echo(f"text          {len(article.text or '')} characters" + _source(article) + "\n")
    click.echo(article.text or f"(no text{f': {article.paywall}' if article.paywall else ''})")
    left_out = [r.removeprefix(_LEFT_OUT) for r in article.quality_reasons if r.startswith(_LEFT_OUT)]
    if left_out:
        click.echo("\nLeft out:")
    for line in left_out:
        click.echo(f"  {line}" if is_plain() else click.style(f"  {line}", dim=True))


def _source(article: Article) -> str:
    return f"  [{article.sources['text']}]" if "text" in article.sources else ""


def _shown(value: Any) -> str:
    if isinstance(value, tuple):
        return ", ".join(value)
    return str(value["url"] if isinstance(value, dict) else value or "")


@pages.command()
@click.option("--feed", metavar="URL", help="Only the stories of this feed.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@pass_session
def reextract(session: Session, *, feed: str | None, as_json: bool) -> None:
    """Extract the pages that are kept again: when site rules or the extractor changed.

    Pages are kept for `[pages] keep_html_days`. What comes out otherwise is no revision, for nobody edited it.

    \b
    Example:
      aggregator pages reextract --feed https://example.org/feed.xml
    """
    from aggregator.app.polling import Progress
    from aggregator.app.site_rules import site_rules
    from aggregator.cli.poll import metered, stopping

    with session.app() as app, stopping(app.polling.stop), metered() as meter:
        for problem in site_rules(app.config.pages)[1]:
            click.echo(problem, err=True)
        total = app.pages.kept(feed=feed)
        done = app.pages.reextract(
            feed=feed, progress=lambda n: meter.show(Progress(phase="pages", done=n, total=total))
        )
    if as_json:
        failed = [{"url": url, "error": error} for url, error in done.failed]
        write_json({"pages": done.pages, "changed": done.changed, "failed": failed})
        return
    click.echo(f"{done.pages} pages read again, {done.changed} texts came out otherwise.")
    for url, error in done.failed:
        click.echo(f"{url}: {error}", err=True)
