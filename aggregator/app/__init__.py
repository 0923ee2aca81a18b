"""What the product can do: everything built from the settings, behind one value."""

from aggregator.app.app import App, open_app
from aggregator.app.clock import Clock, clock_from

__all__ = ["App", "Clock", "clock_from", "open_app"]
