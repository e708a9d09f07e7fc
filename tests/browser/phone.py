"""A phone: Chromium with a webview's window, and what a test may ask of it."""

import json
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from selenium import webdriver
from selenium.common.exceptions import NoSuchElementException, StaleElementReferenceException
from selenium.webdriver.common.by import By
from selenium.webdriver.remote.webelement import WebElement
from selenium.webdriver.support.ui import WebDriverWait

from tests.browser import bank

CHROMIUM = Path("/usr/bin/chromium")
CHROMEDRIVER = Path("/usr/bin/chromedriver")
PATIENCE = 20
FLAGS = (
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--disable-dev-shm-usage",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
)
SLOW_3G = {"latency": 400, "downloadThroughput": 50_000, "uploadThroughput": 50_000}
FULL_SPEED = {"latency": 0, "downloadThroughput": -1, "uploadThroughput": -1}
# Everything is there: no part waits for the API, every picture in sight is loaded.
SETTLED = """
    return document.readyState === "complete" && !document.querySelector("[aria-busy]")
        && !document.querySelector("[data-points].skeleton")
"""


class Phone:
    """One browser. It notes every request and every line that a page writes to its console."""

    def __init__(self, site: str, *, width: int = 390, height: int = 844) -> None:
        self.site = site
        self._folder = tempfile.TemporaryDirectory(ignore_cleanup_errors=True)
        options = webdriver.ChromeOptions()
        for flag in (*FLAGS, f"--user-data-dir={self._folder.name}"):
            options.add_argument(flag)
        options.binary_location = str(CHROMIUM)
        options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
        options.page_load_strategy = "eager"
        self.driver = webdriver.Chrome(
            options=options, service=webdriver.ChromeService(str(CHROMEDRIVER))
        )
        self.window(width, height)

    def close(self) -> None:
        """End the browser and forget what it stored."""
        self.driver.quit()
        self._folder.cleanup()

    # What it is like ------------------------------------------------------------------------

    def cdp(self, command: str, **facts: Any) -> Any:
        """A command of the Chrome DevTools Protocol."""
        return self.driver.execute_cdp_cmd(command, facts)

    def window(self, width: int, height: int) -> None:
        """The size of the window; small ones are phones."""
        self.cdp(
            "Emulation.setDeviceMetricsOverride",
            width=width,
            height=height,
            deviceScaleFactor=1,
            mobile=width < 600,
        )

    def dark(self, on: bool = True) -> None:
        """The system's dark mode. Movement is reduced, so that colours are not half-way."""
        features = {"prefers-color-scheme": "dark" if on else "light"}
        features["prefers-reduced-motion"] = "reduce"
        named = [{"name": name, "value": value} for name, value in features.items()]
        self.cdp("Emulation.setEmulatedMedia", features=named)

    @contextmanager
    def network(self, *, offline: bool = False, **speed: int) -> Iterator[None]:
        """A weak network, or none."""
        self.cdp("Network.enable")
        speed = FULL_SPEED | speed
        self.cdp("Network.emulateNetworkConditions", offline=offline, **speed)
        try:
            yield
        finally:
            self.cdp("Network.emulateNetworkConditions", offline=False, **FULL_SPEED)

    @contextmanager
    def on_every_page(self, script: str) -> Iterator[None]:
        """Run a script before those of each page."""
        made = self.cdp("Page.addScriptToEvaluateOnNewDocument", source=script)
        try:
            yield
        finally:
            self.cdp("Page.removeScriptToEvaluateOnNewDocument", identifier=made["identifier"])

    # Where it goes --------------------------------------------------------------------------

    def open(self, path: str, *, settled: bool = True) -> None:
        """Open an address of the site and wait until everything is shown."""
        self.driver.get(self.site + path)
        if settled:
            self.settle()

    def enter(self, ref: str, path: str = "/zones/", *, settled: bool = True) -> None:
        """Come from the bank's app as this customer."""
        self.driver.get("about:blank")
        self.driver.get(f"{self.site}/handoff/#{bank.ticket(ref, path)}")
        self.until(lambda: self.path != "/handoff/", "the handoff leads on")
        if settled:
            self.settle()

    def leave(self) -> None:
        """Forget the session, as a closed app does."""
        self.driver.get("about:blank")
        self.cdp("Network.clearBrowserCookies")

    @property
    def path(self) -> str:
        """The path that is open."""
        return urlsplit(self.driver.current_url).path

    def settle(self) -> None:
        """Wait until nothing loads any more."""
        self.until(lambda: self.js(SETTLED), "everything is shown")

    # What it sees ---------------------------------------------------------------------------

    def js(self, script: str, *arguments: Any) -> Any:
        """Run a script in the page."""
        return self.driver.execute_script(script, *arguments)

    def until(self, true: Any, what: str, seconds: float = PATIENCE) -> Any:
        """Wait for something to become true; what vanishes while it is asked is asked anew."""
        passing = (NoSuchElementException, StaleElementReferenceException)
        waiting = WebDriverWait(
            self.driver, seconds, poll_frequency=0.1, ignored_exceptions=passing
        )
        return waiting.until(lambda _: true(), f"in vain: {what}")

    def find(self, selector: str) -> WebElement:
        """The first element, once it is there."""
        return self.until(lambda: self.all(selector), selector)[0]

    def all(self, selector: str) -> list[WebElement]:
        """Elements that are there now."""
        return self.driver.find_elements(By.CSS_SELECTOR, selector)

    def shown(self, selector: str) -> bool:
        """Whether such an element can be seen now."""
        return any(element.is_displayed() for element in self.all(selector))

    def text(self, selector: str) -> str:
        """What an element says."""
        return self.js("return document.querySelector(arguments[0])?.innerText ?? ''", selector)

    def number(self, selector: str) -> int:
        """The number that an element says, -1 while it says none."""
        digits = "".join(filter(str.isdigit, self.text(selector)))
        return int(digits or -1)

    def tap(self, selector: str) -> None:
        """Scroll to an element's middle and click it."""
        element = self.find(selector)
        self.js("arguments[0].scrollIntoView({block: 'center', behavior: 'instant'})", element)
        element.click()

    def picture(self, name: str, folder: Path | None) -> None:
        """A picture of the screen, where somebody wants to look at it."""
        if folder:
            folder.mkdir(parents=True, exist_ok=True)
            self.driver.save_screenshot(str(folder / f"{name}.png"))

    # What it noted --------------------------------------------------------------------------

    def complaints(self) -> list[str]:
        """Errors and policy violations since the last call."""
        rows = self.driver.get_log("browser")
        return [row["message"] for row in rows if row["level"] in ("SEVERE", "WARNING")]

    def requests(self) -> list[dict[str, Any]]:
        """Requests since the last call."""
        events = [json.loads(row["message"]) for row in self.driver.get_log("performance")]
        messages = [event["message"] for event in events]
        sent = [m["params"] for m in messages if m["method"] == "Network.requestWillBeSent"]
        return [params["request"] for params in sent]

    def forget(self) -> None:
        """Forget what was noted."""
        self.driver.get_log("browser")
        self.driver.get_log("performance")
