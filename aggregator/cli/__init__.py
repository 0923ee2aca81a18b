"""The command line: parse the request, call the app, print. stdout is data, stderr is talk."""

from aggregator.cli.main import cli

__all__ = ["cli"]
