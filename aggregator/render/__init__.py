"""Values to text, HTML, JSON, Markdown and mail; templates escape by default and ask nothing of the store."""

from aggregator.render.terminal import digest_text

__all__ = ["digest_text"]
