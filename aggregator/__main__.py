"""`python -m aggregator` and the command `aggregator`."""

from __future__ import annotations

__all__ = ["main"]


def main() -> None:
    """Run the command line."""
    from aggregator.cli import cli  # noqa: PLC0415 (nothing is loaded before it is needed)

    cli(prog_name="aggregator")


if __name__ == "__main__":
    main()
