"""A news aggregator and RSS reader that tells each event once."""

__version__ = "0.1.0"
__all__ = ["__version__"]
