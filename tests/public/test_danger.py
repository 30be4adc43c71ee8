"""Whom to call in a danger: whose number it is, and not the police alone for a child in despair."""

from __future__ import annotations

import pytest

from tests.builders.sites import CheckedClient, Node, Screen


def ticking(client: CheckedClient, door: str = "a") -> Screen:
    """The page on which a danger is ticked."""
    screen = client.press(client.see(f"/en/{door}"), "start")
    return client.press(screen, happening=["other"])


def bar_of(screen: Screen) -> Node:
    return screen.main.one("p", **{"class": "bar when-ticked"})


def steps_of(screen: Screen) -> Node:
    """The steps in a danger, new or folded."""
    blocks = [n for n in screen.main.all("section", "details") if "danger" in n.get("class")]
    assert len(blocks) == 1
    return blocks[0]


def calls(part: Node) -> list[str]:
    return [a.get("href") for a in part.all("a") if a.get("href").startswith("tel:")]


def states(client: CheckedClient, **answers: list[str]) -> list[Screen]:
    """The page of a tick, the next one that says it anew, and a later one."""
    ticks = ticking(client)
    anew = client.press(ticks, **answers)
    return [ticks, anew, client.press(anew)]


def test_who_chose_nothing_reads_whose_number_it_is(client: CheckedClient) -> None:
    ticks, *later = states(client, safe_now=["no"], dangers=["meeting"])
    assert bar_of(ticks).text.endswith("Vietnam 113")
    for screen in (ticks, *later, client.see("/en/n/1"), client.see("/en/n/2")):
        assert "Numbers for: Vietnam" in steps_of(screen).text
    assert "Số điện thoại ở: Việt Nam" in steps_of(client.see("/vi/n/1")).text


def test_the_country_can_be_changed_from_there(client: CheckedClient) -> None:
    for screen in (*states(client, dangers=["meeting"]), client.see("/en/n/1")):
        link = steps_of(screen).one("a", href="#help_country")
        assert link.text == "Change"
        whose = steps_of(screen).one("span", id=link.get("aria-describedby"))
        assert whose.text == "Numbers for: Vietnam"
        assert screen.one("select", id="help_country")


def test_another_country_is_named_as_well(client: CheckedClient) -> None:
    client.see("/en/?help_country=PH")
    ticks = ticking(client)
    assert bar_of(ticks).text.endswith("Philippines 911")
    assert "Numbers for: Philippines" in steps_of(ticks).text


def test_who_may_think_of_dying_is_offered_a_helpline_as_well(client: CheckedClient) -> None:
    for screen in (client.see("/vi/n/1"), *states(client, dangers=["suicide"])):
        assert calls(steps_of(screen)) == ["tel:113", "tel:111"]
    assert "Helpline 111" in steps_of(client.see("/en/n/1")).text
    told = states(client, dangers=["told_to_hurt"])[-1]
    assert calls(steps_of(told)) == ["tel:113", "tel:111"]


def test_the_lifeline_for_suicide_is_the_one_in_the_united_states(client: CheckedClient) -> None:
    assert calls(steps_of(client.see("/en/n/1?help_country=US"))) == ["tel:911", "tel:988"]


def test_another_danger_is_for_the_emergency_number(client: CheckedClient) -> None:
    assert calls(steps_of(states(client, dangers=["meeting"])[1])) == ["tel:113"]
    assert calls(bar_of(ticking(client))) == ["tel:113"]


@pytest.mark.parametrize("path", ["/en/n/1", "/en/n/2"])
def test_helplines_stand_in_for_an_emergency_number_that_is_not_known(
    client: CheckedClient, path: str
) -> None:
    steps = steps_of(client.see(f"{path}?help_country=NG"))
    assert calls(steps) == ["tel:08008008001", "tel:08080551376"]
    assert "Helpline 0800 800 8001" in steps.text
    bar = bar_of(ticking(client))
    assert calls(bar) == ["tel:08008008001"]
    assert bar.text.endswith("Helpline 0800 800 8001")


def test_without_any_number_no_country_is_said_to_have_one(client: CheckedClient) -> None:
    steps = steps_of(client.see("/en/n/1?help_country=YE"))
    assert calls(steps) == []
    assert "Numbers for" not in steps.text
    assert steps.one("a", href="#help")
