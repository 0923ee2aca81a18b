"""Take the pictures of the mail in docs/images: `python docs/pictures.py` (needs chromium, chromedriver and fonts-noto-core).

The demo newsroom is read until the evening of its third day, by somebody who follows its storm and had a mail the evening
before.
"""

from __future__ import annotations

import sys
import tempfile
from datetime import UTC, datetime
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from aggregator.app.app import App
from aggregator.app.demo import opened
from aggregator.app.polling import PollOptions
from aggregator.config import Config, DigestConfig, MailConfig
from tests.support.browser import chromium

IMAGES = Path(__file__).parent / "images"
BEFORE, NOW = datetime(2026, 3, 3, 20, tzinfo=UTC), datetime(2026, 3, 4, 18, tzinfo=UTC)
WIDTH, HEIGHT = 700, 1100


def mail(folder: Path) -> str:
    """The HTML part of the evening's mail."""
    evening = DigestConfig(to=("me@example.org",))
    sent = MailConfig(transport="maildir", path=str(folder / "mail"), sender="digest@example.org")
    config = Config(timezone="UTC", digests={"evening": evening}, mail=sent)
    with opened(config, folder / "pictures.db") as demo:
        demo.app.topics.add("storm", '"storm ines"')
        for now in (BEFORE, NOW):
            demo.clock.now = now
            demo.server.set_now(now)
            demo.app.polling.poll(PollOptions(force=True))
            if now == BEFORE:
                demo.app.publishing.publish("evening")
        return _written(demo.app)


def _written(app: App) -> str:
    return app.mailing.written("evening", app.publishing.preview("evening"))[2]


def main() -> None:
    """Write the mail once, and look at it light and dark."""
    with tempfile.TemporaryDirectory() as made:
        folder = Path(made)
        page = folder / "mail.html"
        page.write_text(mail(folder), encoding="utf-8")
        for dark in (False, True):
            with chromium(folder / f"profile-{dark}", width=WIDTH, height=HEIGHT, dark=dark) as driver:
                driver.get(page.as_uri())
                driver.save_screenshot(str(IMAGES / f"digest-mail-{'dark' if dark else 'light'}.png"))


if __name__ == "__main__":
    main()
