"""A practice duty from its start to the mark: a scripted visitor comes through the real queue to the real desk."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, expect

from tests.journeys.service import Service
from tests.journeys.sides import DESK, PHONE, Side


@pytest.fixture
def trainee(browser: Browser, server: Service) -> Iterator[Side]:
    side = Side(browser, server.staff_url, DESK)
    yield side
    side.context.close()


@pytest.fixture
def trainer(browser: Browser, server: Service) -> Iterator[Side]:
    side = Side(browser, server.staff_url, PHONE)
    yield side
    side.context.close()


def test_a_trainee_practises_and_a_trainer_comments_and_marks(trainee: Side, trainer: Side) -> None:
    trainee.go("/demo/")
    trainee.page.get_by_role("button", name="Iida").click()
    trainee.page.wait_for_url("**/staff/duty/")
    trainee.go("/staff/practice/")
    trainee.looked_at("practice-before")
    trainee.page.locator("form[action*='take'] button").first.click()
    trainee.go("/staff/practice/")
    trainee.looked_at("practice-visitors")
    trainee.page.locator("button[value='lumi']").click()
    trainee.page.wait_for_url("**/staff/duty/")
    trainee.page.locator("form[action*='next'] button").first.click()
    lines = trainee.page.locator("#lines")
    expect(lines).to_contain_text("en tiiä oonks mä oikeessa paikassa", timeout=20_000)
    trainee.say("Hei, hyvä että kirjoitit. Ei ole kiire.")
    expect(lines).to_contain_text("koulussa on ollu tosi tyhmää", timeout=20_000)
    trainee.page.locator("[data-opens='end-talk']").click()
    trainee.page.locator("#end-talk form button").first.click()
    expect(trainee.page.locator("#over")).to_be_visible()

    trainer.go("/demo/")
    trainer.page.get_by_role("button", name="Tuomas").click()
    trainer.page.wait_for_url("**/staff/**")
    trainer.go("/staff/practice/")
    trainer.page.locator("a[href*='/practice/visits/']").first.click()
    line = trainer.page.locator(".practice-line.by-answerer").first
    expect(line).to_contain_text("hyvä että kirjoitit")
    line.locator("summary").click()
    line.locator("textarea").fill("Rauhallinen alku.")
    trainer.looked_at("practice-visit")
    line.locator("form button").click()
    expect(trainer.page.locator(".practice-remark")).to_contain_text("Rauhallinen alku.")
    trainer.page.locator("button[value='done']").click()

    trainee.go("/staff/practice/")
    trainee.page.locator("a[href*='/practice/visits/']").first.click()
    expect(trainee.page.locator(".practice-remark")).to_contain_text("Rauhallinen alku.")
    expect(trainee.page.locator("h1 + .badge")).to_be_visible()
    trainee.looked_at("practice-marked")
    for side in (trainee, trainer):
        assert (side.faults, side.elsewhere) == ([], [])
