"""Run the demo newsroom alone: `python -m aggregator.newsroom --port 8100 --now 2026-03-03T08:00Z --opml out.opml`."""

from __future__ import annotations

import argparse
import json
import sys
import threading
from datetime import UTC, datetime
from pathlib import Path

from aggregator.errors import AggregatorError
from aggregator.newsroom.gold import gold_document
from aggregator.newsroom.load import default_folder, load
from aggregator.newsroom.server import Server, serve


def main(arguments: list[str] | None = None) -> int:
    """Serve until interrupted, or until standard input says `quit`; a time on standard input moves the clock."""
    options = _options().parse_args(arguments)
    try:
        newsroom = load(options.folder or default_folder())
        with serve(newsroom, now=options.now or newsroom.stories[-1].at, port=options.port) as server:
            _announce(server, options)
            if not options.once:
                _listen(server)
    except (AggregatorError, OSError) as exc:
        _complain(exc)
        return 1
    except KeyboardInterrupt:
        pass
    return 0


def _moment(text: str) -> datetime:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} is no time such as 2026-03-03T08:00Z") from None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _options() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m aggregator.newsroom", description="Serve the demo newsroom on loopback."
    )
    parser.add_argument("--port", type=int, default=0, help="the port of all outlets (default: a free one)")
    parser.add_argument("--now", type=_moment, help="what the newsroom's clock says (default: its last story)")
    parser.add_argument(
        "--folder", type=Path, help="where outlets.toml is (default: the newsroom that comes with the package)"
    )
    parser.add_argument("--opml", type=Path, help="write the subscription list here")
    parser.add_argument("--map", type=Path, help="write here, for each address out, its event and what it is a copy of")
    parser.add_argument("--gold", type=Path, help="write the gold of the whole newsroom here (the file gold.json)")
    parser.add_argument("--once", action="store_true", help="print the addresses and stop")
    return parser


def _announce(server: Server, options: argparse.Namespace) -> None:
    if options.opml:
        options.opml.write_bytes(server.opml())
    if options.map:
        _write_json(options.map, server.gold())
    if options.gold:
        _write_json(options.gold, gold_document(server.newsroom))
    for outlet, url in zip(server.newsroom.outlets, server.feed_urls, strict=True):
        _say(f"{outlet.name:24} {url}")
    _say(_clock(server))


def _listen(server: Server) -> None:
    for line in sys.stdin:
        if line.strip() == "quit":
            return
        try:
            server.set_now(_moment(line.strip()))
        except argparse.ArgumentTypeError as exc:
            _complain(exc)
            continue
        _say(_clock(server))
    threading.Event().wait()


def _write_json(path: Path, document: object) -> None:
    path.write_text(json.dumps(document, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


def _clock(server: Server) -> str:
    return f"The clock says {server.now:%Y-%m-%dT%H:%MZ}; {len(server.gold())} stories are out."


def _say(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


def _complain(error: Exception) -> None:
    sys.stderr.write(f"newsroom: {error}\n")


if __name__ == "__main__":
    sys.exit(main())
