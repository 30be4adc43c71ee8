"""Pictures, files and floods: refused before anything is parsed, kindly, answers kept."""

from __future__ import annotations

import base64
import io
import random

import pytest

from tests.builders.sites import CheckedClient, Screen
from tests.builders.telling import begin, to_page

PICTURE = base64.b64encode(random.Random(1).randbytes(3000)).decode("ascii")


def typing(client: CheckedClient) -> dict[str, list[str]]:
    screen = client.press(client.see("/en/a"), "start")
    return client.press(screen, happening=["fake"]).fields() | {"go": ["next"]}


@pytest.mark.parametrize(
    "text",
    [PICTURE, f"look {PICTURE}", f"data:image/png;base64,{PICTURE[:50]}", "data:text/html,x"],
    ids=["alone", "in a text", "data address", "data page"],
)
def test_a_picture_in_a_text_is_refused_and_the_answers_stay(
    client: CheckedClient, text: str
) -> None:
    response = client.post("/en/a", data=typing(client) | {"story": text})
    assert response.status_code == 415
    screen = Screen(response)
    assert "police" in screen.main.text
    assert "send it to us" not in screen.main.text
    check = client.press(client.press(client.resume(screen), "back"), "check")
    assert "Someone made fake pictures of me." in check.main.text


def test_the_words_beside_a_picture_stay(client: CheckedClient) -> None:
    screen = to_page(client, "story", begin(client))
    data = screen.fields() | {"story": f"He sent this: {PICTURE} and laughed.", "go": "next"}
    response = client.post("/en/a", data=data)
    assert response.status_code == 415
    assert PICTURE[:60] not in response.text
    story = client.resume(Screen(response)).one("textarea", name="story").text
    assert story.split() == ["He", "sent", "this:", "and", "laughed."]


@pytest.mark.parametrize("path", ["/en/a", "/en/back", "/en/sent", "/en/leave", "/en/nowhere"])
def test_a_file_is_refused_everywhere(client: CheckedClient, path: str) -> None:
    files = {"photo": (io.BytesIO(b"\xff\xd8\xff"), "a.jpg")}
    response = client.post(path, data=files, content_type="multipart/form-data")
    assert response.status_code == 415
    assert Screen(response).heading == "We do not accept pictures or files"


@pytest.mark.parametrize("kind", ["image/png", "application/json", "text/plain", "video/mp4", ""])
def test_only_a_plain_form_is_read(client: CheckedClient, kind: str) -> None:
    assert client.post("/en/a", data=b"x=1", content_type=kind).status_code == 415


def test_too_much_is_refused_before_it_is_read(client: CheckedClient) -> None:
    typing(client)
    response = client.post("/en/a", data={"story": "a b " * 200_000})
    assert response.status_code == 413
    assert Screen(response).heading


def test_too_much_keeps_the_answers_so_far(client: CheckedClient) -> None:
    data = typing(client) | {"story": ["é è " * 45_000]}
    response = client.post("/en/a", data=data)
    assert response.status_code == 413
    screen = Screen(response)
    assert screen.form.one("input", name="draft").get("value")


@pytest.mark.parametrize(
    "text",
    [
        "i dont know what to do he keeps writing " * 60,
        "my data: application, school, phone",
        "AAAAAAAAHHHHHHHH" * 60,
        "Em không biết phải làm gì " * 200,
        "https://facebook.com/profile.php?id=100012345678901&fbclid=" + PICTURE[:150],
        " ".join([PICTURE[:64]] * 5),
    ],
)
def test_a_text_is_a_text(client: CheckedClient, text: str) -> None:
    assert client.post("/en/a", data=typing(client) | {"story": text}).status_code == 200
