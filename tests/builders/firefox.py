"""A stock firefox-esr, driven by the browser's own protocol (Marionette) over a socket.

Each message is `length:[kind, id, …]` in JSON. What is asked of a page runs in a sandbox with the
rights of the browser, so that it also works where the scripts of pages are turned off.
"""

from __future__ import annotations

import json
import shutil
import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tests.builders.waiting import PATIENCE, wait

FIREFOX = ("firefox-esr", "firefox")
ARGUMENTS = ("--headless", "--no-remote", "--marionette", "--remote-allow-system-access")
ELEMENT = "element-6066-11e4-a52e-4f735466cecf"
SHIFT = "\ue008"

HELD = """
const held = [...document.querySelectorAll("input, textarea")];
return document.documentElement.outerHTML + held.map((field) => " " + field.value).join("");
"""
KEPT = """
const load = (name) => ChromeUtils.importESModule(`resource:///modules/sessionstore/${name}.sys.mjs`);
const { SessionStore } = load("SessionStore");
const { TabStateFlusher } = load("TabStateFlusher");
const all = Services.wm.getEnumerator("navigator:browser");
return Promise.all([...all].map((each) => TabStateFlusher.flushWindow(each)))
  .then(() => SessionStore.getBrowserState());
"""


class Refused(Exception):
    """The browser did not do what was asked."""


class Firefox:
    """One browser; what is asked goes to one tab of it."""

    def __init__(self, connection: socket.socket) -> None:
        self.stream = connection.makefile("rwb")
        self._asked = 0
        self._read()
        self.ask("WebDriver:NewSession", unhandledPromptBehavior="ignore")
        self.ask("WebDriver:SetTimeouts", pageLoad=PATIENCE * 1000)

    def _read(self) -> Any:
        size = b""
        while (byte := self.stream.read(1)) != b":":
            if not byte:
                raise Refused("Firefox hung up")
            size += byte
        return json.loads(self.stream.read(int(size)))

    def ask(self, command: str, **parameters: Any) -> Any:
        """Send one command, and give its answer."""
        self._asked += 1
        message = json.dumps([0, self._asked, command, parameters]).encode()
        self.stream.write(b"%d:%b" % (len(message), message))
        self.stream.flush()
        _, _, error, result = self._read()
        if error:
            raise Refused(f"{command}: {error['message']}")
        return result["value"] if isinstance(result, dict) and "value" in result else result

    def tell(self, script: str) -> Any:
        """Ask the page itself, with the rights of the browser."""
        return self.ask("WebDriver:ExecuteScript", script=script, args=[], sandbox="system")

    def open_tab(self) -> None:
        """Go on in a new tab, which has a history of its own."""
        tab = self.ask("WebDriver:NewWindow", type="tab")["handle"]
        self.ask("WebDriver:SwitchToWindow", handle=tab)

    def goto(self, url: str) -> None:
        """Open an address, and wait until it is there."""
        self.ask("WebDriver:Navigate", url=url)

    def back(self) -> None:
        """Press Back, and wait; Firefox's own page for one it has forgotten will do."""
        try:
            self.ask("WebDriver:Back")
        except Refused as refused:
            if "Reached error page" not in str(refused):
                raise

    def send_again(self) -> None:
        """Reload the answer to a form, and say yes to sending the form again."""
        before = self.document
        self.ask("WebDriver:Refresh")
        self.ask("WebDriver:AcceptAlert")
        wait(lambda: self._has_come(before), "another page")

    @property
    def url(self) -> str:
        """The address of the page."""
        return str(self.ask("WebDriver:GetCurrentURL"))

    @property
    def document(self) -> float:
        """When the page began: the same after Back only if it was kept alive. 0 while loading."""
        try:
            ready = self.tell("return document.readyState === 'complete' && performance.timeOrigin")
        except Refused:
            ready = 0
        return float(ready or 0)

    def _has_come(self, before: float) -> bool:
        """Tell whether a page of ours is there, whole, in the place of the one `before`.

        In between there is at times an empty one, which is complete as well.
        """
        found = self.document
        try:
            return found not in (0, before) and bool(self.all("main h1")) and self.document == found
        except Refused:
            return False

    def seen(self) -> str:
        """All that the page shows or holds, also in its fields."""
        return str(self.tell(HELD))

    def kept(self) -> str:
        """What it writes to disk of its tabs, to bring them back after a crash."""
        self.ask("Marionette:SetContext", value="chrome")
        state = self.ask("WebDriver:ExecuteScript", script=KEPT, args=[])
        self.ask("Marionette:SetContext", value="content")
        return str(state)

    def all(self, selector: str) -> list[str]:
        """The elements that fit a selector."""
        found = self.ask("WebDriver:FindElements", using="css selector", value=selector)
        return [element[ELEMENT] for element in found]

    def type(self, selector: str, keys: str) -> None:
        """Type into a field."""
        self.ask("WebDriver:ElementSendKeys", id=self.all(selector)[0], text=keys)

    def press(self, *keys: str) -> None:
        """Press keys one after the other, and then let go of them."""
        down = [{"type": "keyDown", "value": key} for key in keys]
        up = [{"type": "keyUp", "value": key} for key in reversed(keys)]
        self._perform({"type": "key", "id": "keyboard", "actions": [*down, *up]})

    def steps(self, *steps: str) -> None:
        """Press (`+`) and let go of (`-`) keys in that order, as in `+a`, `-a`."""
        kinds = {"+": "keyDown", "-": "keyUp"}
        actions = [{"type": kinds[step[0]], "value": step[1:]} for step in steps]
        self._perform({"type": "key", "id": "keyboard", "actions": actions})

    def click(self, selector: str) -> None:
        """Click the first element that fits, as a hand does.

        The protocol's own command for it listens for the end of the page, and that alone keeps
        the page out of the back-forward cache.
        """
        found = json.dumps(selector)
        self.tell(f"document.querySelector({found}).scrollIntoView({{block: 'center'}})")
        moves = [
            {"type": "pointerMove", "origin": {ELEMENT: self.all(selector)[0]}, "x": 0, "y": 0},
            {"type": "pointerDown", "button": 0},
            {"type": "pointerUp", "button": 0},
        ]
        self._perform({"type": "pointer", "id": "pointer", "actions": moves})

    def follow(self, selector: str) -> None:
        """Click, and wait for the page that comes."""
        before = self.document
        self.click(selector)
        wait(lambda: self._has_come(before), f"a page after {selector}")

    def _perform(self, actions: dict[str, Any]) -> None:
        self.ask("WebDriver:PerformActions", actions=[actions])


def find_firefox() -> str | None:
    """Where the browser of this machine is, if it has one."""
    return next(filter(None, map(shutil.which, FIREFOX)), None)


@contextmanager
def firefox(path: str, profile: Path, **preferences: bool | int) -> Iterator[Firefox]:
    """Run a browser with a new profile; `javascript_enabled` stands for `javascript.enabled`."""
    profile.mkdir(parents=True)
    wanted = {"marionette.port": 0} | {k.replace("_", "."): v for k, v in preferences.items()}
    lines = (f"user_pref({json.dumps(k)}, {json.dumps(v)});" for k, v in wanted.items())
    (profile / "user.js").write_text("\n".join(lines))
    process = subprocess.Popen(
        [path, *ARGUMENTS, "--profile", str(profile)],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    port = profile / "MarionetteActivePort"
    try:
        wait(lambda: port.exists() and port.read_text().strip() != "", "Firefox starts")
        with socket.create_connection(("127.0.0.1", int(port.read_text())), PATIENCE) as connection:
            browser = Firefox(connection)
            with browser.stream:
                yield browser
    finally:
        process.terminate()
        process.wait(PATIENCE)
