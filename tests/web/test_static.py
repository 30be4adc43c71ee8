"""Static files and the pages without a secret travel compressed; nothing else does."""

from __future__ import annotations

import gzip
import re

from portal.operations import catalogues
from tests.builders.deployment import Deployment
from tests.builders.sites import CheckedClient, make_public

PACKED = {"Accept-Encoding": "gzip"}
BUDGET = 10 * 1024


def test_a_first_visit_is_small_in_every_language(deployment: Deployment) -> None:
    tags = ("en", *(name.replace("_", "-") for name in catalogues.languages()))
    client = make_public(deployment, languages=tags).test_client()
    assert isinstance(client, CheckedClient)
    for tag in tags:
        landing = client.raw(f"/{tag}/")
        html = gzip.decompress(landing.data).decode("utf-8")
        files = set(re.findall(r"/s/[0-9a-f]{12}/[a-z.]+", html))
        sizes = [len(client.get(file, headers=PACKED).data) for file in files]
        assert len(files) + 1 <= 4
        assert sum(sizes) + len(landing.data) <= BUDGET, tag


def test_files_are_cached_for_ever_under_a_name_that_changes(client: CheckedClient) -> None:
    html = client.get("/en/").text
    for file in set(re.findall(r"/s/[0-9a-f]{12}/[a-z.]+", html)):
        response = client.get(file, headers=PACKED)
        assert response.headers["Content-Encoding"] == "gzip"
        assert "immutable" in response.headers["Cache-Control"]
        assert "Set-Cookie" not in response.headers
        assert client.get(file).data == gzip.decompress(response.data)


def test_a_page_with_a_secret_is_never_compressed(client: CheckedClient) -> None:
    for path in ("/en/a", "/en/back"):
        assert "Content-Encoding" not in client.raw(path).headers


def test_a_page_that_a_choice_decides_is_compressed_and_holds_no_secret(
    client: CheckedClient,
) -> None:
    client.see("/en/a")
    client.get("/en/?help_country=PH")
    session = client.get_cookie("s")
    assert session
    for path in ("/en/", "/en/1", "/en/n/1", "/en/?help_country=TH"):
        page = client.raw(path)
        text = gzip.decompress(page.data).decode("utf-8")
        assert "csrf_token" not in text
        assert session.value not in text


def test_a_page_without_a_cookie_has_no_token(client: CheckedClient) -> None:
    for path in ("/en/", "/en/1"):
        response = client.get(path)
        assert "csrf_token" not in response.text
        assert "Set-Cookie" not in response.headers
