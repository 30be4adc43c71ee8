"""A child's browser without scripts: plain HTTP, with an address and a name of its own."""

from __future__ import annotations

import html
import http.client
import re
from dataclasses import dataclass, field
from urllib.parse import urlencode, urlsplit

from tests.builders.waiting import PATIENCE

ADDRESS = "127.77.31.42"
AGENT = "CanaryBrowser/77.31 (zqxagent)"


@dataclass
class Child:
    """A browser with an address and a name of its own."""

    address: str
    cookies: dict[str, str] = field(default_factory=dict)
    text: str = ""
    status: int = 0
    location: str = ""

    def ask(self, path: str, data: dict[str, object] | None = None, *, follow: bool = True) -> str:
        place = urlsplit(self.address)
        connection = http.client.HTTPConnection(
            place.hostname or "", place.port, source_address=(ADDRESS, 0), timeout=PATIENCE
        )
        headers = {
            "User-Agent": AGENT,
            "Cookie": "; ".join(f"{k}={v}" for k, v in self.cookies.items()),
        }
        body = None
        if data is not None:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
            body = urlencode(data, doseq=True)
        connection.request("GET" if body is None else "POST", path, body, headers)
        answer = connection.getresponse()
        self.status, self.text = answer.status, answer.read().decode("utf-8")
        for cookie in answer.headers.get_all("Set-Cookie") or ():
            name, _, value = cookie.partition(";")[0].partition("=")
            self.cookies[name] = value
        location = answer.headers.get("Location")
        self.location = location or path
        connection.close()
        if follow and location and location.startswith("/"):
            return self.ask(location)
        return self.text

    def press(self, path: str, *, follow: bool = True, **answers: object) -> str:
        """Send the page's form with its hidden fields."""
        hidden = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', self.text))
        data = {name: html.unescape(value) for name, value in hidden.items()}
        return self.ask(path, data | answers, follow=follow)
