"""The time zone of a deployment: named in its settings, or that of its country."""

from __future__ import annotations

import subprocess
import sys

import pytest
from babel.core import get_global

import config
from portal.config.portal_toml import Settings
from portal.domain.errors import ConfigError
from tests.builders.deployment import Deployment

LINE = 'timezone = "Asia/Ho_Chi_Minh"\n'


def test_a_deployment_names_its_zone(deployment: Deployment) -> None:
    assert config.load_public(deployment.environ).timezone == "Asia/Ho_Chi_Minh"
    deployment.write("portal.toml", "Asia/Ho_Chi_Minh", "America/New_York")
    assert config.load_public(deployment.environ).timezone == "America/New_York"


@pytest.mark.parametrize(
    ("country", "zone"),
    [("VN", "Asia/Ho_Chi_Minh"), ("PH", "Asia/Manila"), ("ID", "Asia/Jakarta"),
     ("US", "America/New_York"), ("KE", "Africa/Nairobi"), ("XK", "Europe/Belgrade"),
     ("ZZ", "UTC")],
)  # fmt: skip
def test_an_older_file_has_that_of_the_country(
    deployment: Deployment, country: str, zone: str
) -> None:
    deployment.write("portal.toml", LINE, "")
    deployment.write("portal.toml", 'country = "VN"', f'country = "{country}"')
    assert config.load_public(deployment.environ).timezone == zone


def test_every_country_has_a_zone_of_its_own(deployment: Deployment) -> None:
    deployment.write("portal.toml", LINE, "")
    settings = Settings(deployment.folder / "portal.toml")
    for country, zones in get_global("territory_zones").items():
        if len(country) == 2 and country != "ZZ":
            assert settings.timezone(country) in zones


@pytest.mark.parametrize(
    "wrong",
    ['"Asia/Saigon City"', '"+07:00"', '"../../etc/passwd"', "7", '["UTC"]', "true", '"\\u0000"'],
)
def test_a_zone_that_nobody_knows_stops_the_start(deployment: Deployment, wrong: str) -> None:
    deployment.write("portal.toml", '"Asia/Ho_Chi_Minh"', wrong)
    with pytest.raises(
        ConfigError, match=r"portal\.toml: timezone must be the name of a time zone"
    ):
        config.load_public(deployment.environ)


def test_a_machine_without_zones_of_its_own_knows_them_all_the_same() -> None:
    run = subprocess.run(
        [sys.executable, "-c", "from babel.dates import get_timezone; get_timezone('Asia/Manila')"],
        env={"PYTHONTZPATH": "", "TZDIR": "/nowhere"},
        check=False,
    )
    assert run.returncode == 0
