"""The help block shows what the data holds: the emergency number first, ready to dial."""

from __future__ import annotations

import pytest

from portal.public.help_block import by_country
from tests.builders.sites import CheckedClient


@pytest.mark.parametrize(
    ("country", "number"), [("VN", "113"), ("LA", "191"), ("BR", "190"), ("AU", "000")]
)
def test_an_emergency_number_can_be_dialled_in_the_country_that_was_chosen(
    client: CheckedClient, country: str, number: str
) -> None:
    help_block = client.see(f"/en/?help_country={country}").one("aside")
    assert "Emergency" in help_block.text
    links = [link.get("href") for link in help_block.all("a")]
    assert links[0] == f"tel:{number}"


def test_the_police_keep_their_own_name_in_vietnam(client: CheckedClient) -> None:
    assert "Công an" in client.see("/en/?help_country=VN").one("aside").text


def test_a_number_spelt_in_letters_is_dialled_in_digits(client: CheckedClient) -> None:
    help_block = client.see("/en/?help_country=JM").one("aside")
    assert "888-SAFE-SPOT" in help_block.text
    assert "tel:8887233776" in [link.get("href") for link in help_block.all("a")]


def test_the_country_is_never_guessed_from_an_address(client: CheckedClient) -> None:
    """Whatever a proxy says about the sender, the deployment's own country is shown."""
    told = {"X-Forwarded-For": "81.2.69.142", "CF-IPCountry": "GB", "Accept-Language": "en-GB"}
    page = client.get("/en/", headers=told).text
    assert "tel:113" in page
    assert "tel:999" not in page


def test_rows_without_a_date_are_not_on_any_page() -> None:
    names = {line.name for lines in by_country().values() for line in lines}
    assert not any(name.startswith(("VN-COP", "FBI")) for name in names)
