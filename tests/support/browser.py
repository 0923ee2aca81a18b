"""The installed Chromium, driven by selenium; a machine without it skips, or fails where every program is required."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path
from typing import Any

import pytest
from selenium import webdriver
from selenium.webdriver.chrome.service import Service

FLAGS = (
    "--headless=new", "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync", "--disable-dev-shm-usage", "--hide-scrollbars",
)  # fmt: skip


def program(name: str, package: str) -> str:
    """The path of a program that a test drives."""
    return found(shutil.which(name), f"{name} (apt-get install {package})")


def found(path: str | None, what: str) -> str:
    if path is not None:
        return path
    if os.environ.get("AGGREGATOR_REQUIRE_PROGRAMS") == "1":
        pytest.fail(f"{what} is required and absent")
    pytest.skip(f"{what} is absent")


@contextmanager
def chromium(
    profile: Path,
    *,
    width: int = 1280,
    height: int = 1000,
    dark: bool = False,
    scripts: bool = True,
    network: bool = False,
) -> Iterator[webdriver.Chrome]:
    """A browser of its own, in UTC; `scripts` off is a reader without JavaScript; `network` keeps a log of what is asked for."""
    browser, driver = program("chromium", "chromium"), program("chromedriver", "chromium-driver")
    options = webdriver.ChromeOptions()
    options.binary_location = browser
    for flag in (*FLAGS, f"--user-data-dir={profile}", f"--window-size={width},{height}"):
        options.add_argument(flag)
    if not scripts:
        options.add_experimental_option("prefs", {"profile.managed_default_content_settings.javascript": 2})
    if network:
        options.set_capability("goog:loggingPrefs", {"performance": "ALL"})
    made = webdriver.Chrome(options=options, service=Service(driver))
    try:
        made.set_page_load_timeout(60)
        look(made, width=width, height=height, dark=dark)
        yield made
    finally:
        made.quit()


def look(driver: webdriver.Chrome, *, width: int, height: int, dark: bool = False) -> None:
    """The size of the window and the colours that the reader prefers."""
    metrics = {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": width < 500}
    driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", metrics)
    features = [{"name": "prefers-color-scheme", "value": "dark" if dark else "light"}]
    driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": features})


def axe_violations(driver: webdriver.Chrome) -> list[str]:
    """What axe-core finds wrong on the page that is open, each with the first place."""
    script = Path(found(_axe(), "axe-core (pip install --no-deps axe-playwright-python)")).read_text("utf-8")
    expression = script + ";axe.run().then(r => JSON.stringify([r.passes.length, r.violations]))"
    answer: Any = driver.execute_cdp_cmd("Runtime.evaluate", {"expression": expression, "awaitPromise": True})
    passes, violations = json.loads(answer["result"]["value"])
    assert passes, "axe-core looked at nothing"
    return [f"{v['id']}: {v['nodes'][0]['html'][:200]}" for v in violations]


def _axe() -> str | None:
    """The script of axe-core, which a Python package carries."""
    try:
        files = distribution("axe-playwright-python").files or []
    except PackageNotFoundError:
        return None
    return next((str(file.locate()) for file in files if file.name == "axe.min.js"), None)
