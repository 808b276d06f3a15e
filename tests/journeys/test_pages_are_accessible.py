"""Every page, on a phone and on a desk, by light and by dark: axe finds no violation and nothing is too wide.

A new page must be looked at here: the last test compares what is looked at with the table of addresses.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from email import message_from_bytes
from email.policy import default as letters
from functools import partial
from pathlib import Path

import pytest
from django.template.loader import render_to_string
from django.utils import translation
from playwright.sync_api import Browser, Request, Route, expect

from tests.house_rules.test_pages import pages
from tests.journeys.every_page import (
    BEFORE_SIGN_IN,
    BESIDE_A_TALK,
    NOT_PAGES,
    OF_A_COORDINATOR,
    OF_A_LEAD,
    OF_A_SEEKER,
    OF_PRACTICE,
    OF_THE_DESK,
    OF_THE_SECOND_FACTOR,
)
from tests.journeys.eyes import Eyes
from tests.journeys.service import Service

PASSWORD = "tuuli kääntyy illaksi"

ERRORS = ("400", "405", "500", "503")

# A line that is always closed: the demo's own are open whenever somebody looks at them.
CLOSED_LINE = """
from rinnalla.helpline.models import Line, LineText
line = Line.objects.get(slug="solmussa")
texts = list(line.texts.all())
line.pk = None
line.slug = "suljettu"
line.save()
for text in texts:
    text.pk, text.line = None, line
    text.save()
"""


@pytest.fixture
def seeker(browser: Browser, server: Service) -> Iterator[Eyes]:
    eyes = Eyes(browser, server.seeker_url)
    yield eyes
    eyes.close()


@pytest.fixture
def staff(browser: Browser, server: Service) -> Iterator[Eyes]:
    eyes = Eyes(browser, server.staff_url)
    yield eyes
    eyes.close()


def sign_in(staff: Eyes, name: str) -> None:
    staff.go("/demo/")
    staff.page.get_by_role("button", name=name).click()
    expect(staff.page).to_have_url(f"{staff.base}/staff/duty/")


def end_duty(staff: Eyes) -> None:
    staff.page.locator("[data-opens=end-duty]").click()
    staff.page.locator("#end-duty form button").first.click()
    expect(staff.page.locator("#live")).to_have_attribute("data-live", "off")


def test_the_pages_of_a_help_seeker(server: Service, seeker: Eyes) -> None:
    for path, name in (("/", "front"), ("/help/", "other-help"), ("/privacy/", "privacy"), ("/calendar/", "calendar")):
        seeker.go(path)
        seeker.look(name)
    seeker.go("/chat/")
    seeker.look("no-visit")

    server.command("shell", "-c", CLOSED_LINE)
    try:
        seeker.go("/line/suljettu/")
        seeker.look("line-closed")
        # The page itself has no button to join; one that was open since the evening has.
        seeker.page.evaluate("""() => {
            const form = document.createElement("form");
            form.method = "post";
            form.action = "/line/suljettu/join/";
            document.body.append(form);
            HTMLFormElement.prototype.submit.call(form);
        }""")
        seeker.page.wait_for_url("**/join/")
        seeker.look("closed")
    finally:
        server.command(
            "shell", "-c", "from rinnalla.helpline.models import Line; Line.objects.get(slug='suljettu').delete()"
        )

    seeker.go("/line/sekasin/")
    for summary in seeker.page.locator("summary").all():
        summary.click()
    seeker.look("line")
    seeker.page.locator("form[action$='/join/'] button").first.click()
    expect(seeker.page.locator("#visit")).to_have_attribute("data-state", "waiting")
    seeker.look("waiting")
    seeker.go("/line/sekasin/")
    seeker.look("line-with-visit")
    seeker.go("/chat/")
    seeker.page.locator(".sure summary").click()
    seeker.page.locator(".sure button").click()
    expect(seeker.page.locator("#over")).to_be_visible()
    seeker.look("left-the-queue")

    assert seeker.faults == []
    assert seeker.seen == OF_A_SEEKER


def answer_with(route: Route, _request: Request, *, text: str) -> None:
    route.fulfill(body=text, content_type="text/html; charset=utf-8")


def test_the_pages_that_say_what_went_wrong(server: Service, seeker: Eyes, staff: Eyes) -> None:
    seeker.go("/there-is-no-such-page/")
    seeker.look("404")
    seeker.page.goto("about:blank")
    seeker.page.set_content(f"<form method=post action='{seeker.base}/exit/'><button>x</button></form>")
    seeker.page.locator("button").click()
    seeker.page.wait_for_url("**/exit/")
    seeker.look("403")
    staff.go("/accounts/login/")
    staff.page.evaluate("document.querySelector('[name=csrfmiddlewaretoken]').value = 'x'.repeat(64)")
    staff.page.locator("form .btn-primary").click()
    staff.page.wait_for_load_state()
    staff.look("form-expired")

    # What only a fault of ours shows is rendered here, and shown by the browser as if the service had sent it.
    for eyes, name in [(seeker, name) for name in ERRORS] + [(staff, "429")]:
        with translation.override("fi"):
            text = render_to_string(f"{name}.html")
        eyes.page.route(f"**/broken-{name}/", partial(answer_with, text=text))
        eyes.go(f"/broken-{name}/")
        eyes.look(name)

    assert seeker.faults + staff.faults == []


def test_the_pages_before_sign_in(server: Service, staff: Eyes) -> None:
    for path, name in (
        ("/demo/", "demo-people"),
        ("/accounts/login/", "sign-in"),
        ("/accounts/signup/", "signup"),
        ("/accounts/inactive/", "inactive"),
        ("/accounts/password/reset/", "password-reset"),
        ("/accounts/password/reset/done/", "password-reset-done"),
        ("/accounts/password/reset/key/1-nothing/", "password-reset-bad-link"),
        ("/accounts/password/reset/key/done/", "password-reset-ready"),
        ("/invitation/nothing/", "invitation-bad-link"),
    ):
        staff.go(path)
        staff.look(name)
    staff.go("/accounts/login/")
    staff.page.locator("[name=login]").fill("nobody@example.org")
    staff.page.locator("[name=password]").fill("not the password")
    staff.page.locator("form .btn-primary").click()
    expect(staff.page.get_by_role("alert").first).to_be_visible()
    staff.look("sign-in-refused")

    assert staff.faults == []
    assert staff.seen == BEFORE_SIGN_IN


def letter_to(server: Service, address: str) -> str:
    """The text of the newest letter to ``address``. The service writes letters into files in a demo and in tests."""
    found = []
    for file in sorted((Path(server.folder) / "mail").glob("*"), key=lambda file: file.stat().st_mtime):
        letter = message_from_bytes(file.read_bytes(), policy=letters)
        if letter["To"] == address:
            body = letter.get_body()
            found.append(body.get_content() if body else "")
    assert found, f"no letter to {address}"
    return str(found[-1])


def test_the_pages_of_the_second_factor(server: Service, staff: Eyes) -> None:
    address = "saara@example.org"
    server.command("invite", address, "--centre", "Helsingin SOS-kriisikeskus", "--role", "volunteer")
    for _ in range(100):
        if any(address.encode() in file.read_bytes() for file in (server.folder / "mail").glob("*")):
            break
        staff.page.wait_for_timeout(100)
    link = re.search(r"/invitation/\S+", letter_to(server, address))
    assert link
    staff.go(link[0])
    staff.look("invitation")
    staff.page.locator("form .btn-primary").click()
    expect(staff.page.locator(".is-invalid").first).to_be_visible()
    staff.look("invitation-unfilled")
    staff.page.locator("[name=name]").fill("Saara Lumme")
    staff.page.locator("[name=duty_name]").fill("Saara")
    staff.page.locator("[name=password]").fill(PASSWORD)
    staff.page.locator("[name=password_again]").fill(PASSWORD)
    staff.page.locator("form .btn-primary").click()
    staff.page.wait_for_url("**/accounts/2fa/")
    staff.look("second-factor-none")

    staff.go("/accounts/2fa/totp/activate/")
    staff.page.locator("details summary").click()
    staff.look("second-factor-app")
    # A passkey of a made-up device, as Chromium offers one to tests.
    devices = staff.context.new_cdp_session(staff.page)
    devices.send("WebAuthn.enable")
    device = {"protocol": "ctap2", "ctap2Version": "ctap2_1", "transport": "internal", "hasResidentKey": True}
    able = {"hasUserVerification": True, "isUserVerified": True, "automaticPresenceSimulation": True}
    devices.send("WebAuthn.addVirtualAuthenticator", {"options": {**device, **able}})
    staff.go("/accounts/2fa/webauthn/add/")
    staff.look("passkey-add")
    staff.page.locator("[name=name]").fill("Oma puhelin")
    staff.page.locator("#mfa_webauthn_add").click()
    staff.page.wait_for_url(lambda url: "webauthn/add" not in url)
    staff.look("second-factor-after-passkey")
    staff.go("/accounts/2fa/webauthn/")
    staff.look("passkeys")
    for name in ("edit", "remove"):
        staff.go("/accounts/2fa/webauthn/")
        staff.page.locator(f"a[href$='/{name}/']").click()
        staff.page.wait_for_url(f"**/{name}/")
        staff.look(f"passkey-{name}")
    for path, name in (
        ("/accounts/2fa/", "second-factor"),
        ("/accounts/2fa/recovery-codes/", "recovery-codes"),
        ("/accounts/2fa/recovery-codes/generate/", "recovery-codes-new"),
        ("/accounts/password/change/", "password-change"),
        ("/accounts/reauthenticate/", "reauthenticate"),
        ("/accounts/2fa/webauthn/reauthenticate/", "reauthenticate-passkey"),
        ("/accounts/logout/", "sign-out"),
    ):
        staff.go(path)
        staff.look(name)
    staff.page.locator("main .btn-primary").click()
    staff.page.wait_for_url("**/accounts/login/**")
    staff.look("signed-out")
    staff.page.locator("[name=login]").fill("aino@example.org")
    staff.page.locator("[name=password]").fill("lyhty-ikkunassa")
    staff.page.locator("form .btn-primary").first.click()
    staff.page.wait_for_url("**/2fa/authenticate/")
    staff.look("second-step")
    staff.page.locator("[name=code]").fill(server.command("demo_code").strip())
    staff.page.locator("form .btn-primary").first.click()
    staff.page.wait_for_url("**/staff/duty/")
    staff.go("/accounts/2fa/totp/deactivate/")
    if "reauthenticate" in staff.page.url:
        staff.page.locator("[name=password]").fill("lyhty-ikkunassa")
        staff.page.locator("form .btn-primary").click()
        staff.page.wait_for_url("**/totp/deactivate/")
    staff.look("second-factor-app-remove")
    staff.go("/accounts/2fa/reauthenticate/")
    staff.look("reauthenticate-code")

    assert staff.faults == []
    assert staff.seen == OF_THE_SECOND_FACTOR


def test_the_pages_of_the_desk(server: Service, seeker: Eyes, staff: Eyes) -> None:
    seeker.go("/line/sekasin/")
    seeker.page.locator("form[action$='/join/'] button").first.click()
    expect(seeker.page.locator("#visit")).to_have_attribute("data-state", "waiting")
    sign_in(staff, "Yrjänä-Orvokki")
    staff.look("duty-choose")
    staff.page.locator("main").get_by_role("button", name="Sekasin").click()
    expect(staff.page.locator("form[action*='next'] button")).to_be_enabled()
    staff.look("duty-ready")
    staff.page.locator("[data-opens=end-duty]").click()
    staff.look("duty-end")
    staff.page.locator("#end-duty [data-closes]").click()
    staff.page.locator("[value=paused]").click()
    expect(staff.page.locator("#state")).to_have_class(re.compile("state-paused"))
    staff.look("duty-break")
    staff.page.locator("[value=ready]").click()
    staff.page.locator("form[action*='next'] button").click()
    expect(staff.page.locator("#composer")).to_be_visible()
    staff.look("talk-volunteer-empty")
    for eyes, text in (
        (seeker, "Hei. En tiedä mistä aloittaa."),
        (staff, "Hei. Ei tarvitse tietää. Olen tässä."),
        (seeker, "x" * 300 + "\nשלום <b>ei lihavoitu</b> 🌙"),
    ):
        eyes.page.locator("#text").fill(text)
        eyes.page.locator("#composer button").first.click()
        expect(staff.page.locator("#lines")).to_contain_text(text[:20])
        expect(seeker.page.locator("#lines")).to_contain_text(text[:20])
    seeker.look("talk-seeker")
    staff.look("talk-volunteer")
    staff.page.locator("[data-opens='end-talk']").click()
    staff.look("talk-volunteer-end")
    staff.page.locator("#end-talk form button").first.click()
    expect(seeker.page.locator("#over")).to_be_visible()
    seeker.look("talk-ended-seeker")
    staff.look("talk-ended-volunteer")
    staff.page.locator("#over a[href$='/record/']").click()
    staff.look("record")
    staff.page.locator("[name=reasons][value=anxiety]").check()
    staff.page.locator("#id_note").fill("Kuura Kuusinen, soita 040 1234567")
    staff.page.locator("#record-form .btn-primary").click()
    expect(staff.page.locator("#note-found")).to_be_visible()
    staff.look("record-found")
    staff.page.locator("#id_note").fill("Kevyempi olo lopussa.")
    staff.page.locator("#record-form .btn-primary").click()
    expect(staff.page.locator(".record-saved")).to_be_visible()
    staff.look("record-saved")
    staff.go("/staff/duty/")
    staff.look("duty-wrap-up")
    staff.go("/staff/profile/")
    staff.look("profile")
    staff.page.locator(".me summary").click()
    staff.look("my-menu")
    staff.go("/staff/duty/")
    end_duty(staff)

    assert seeker.faults + staff.faults == []
    assert staff.seen == OF_THE_DESK


def test_the_pages_of_a_coordinator(server: Service, staff: Eyes) -> None:
    sign_in(staff, "Marja-Leena")
    for path, name in (
        ("/staff/blocks/", "blocks"),
        ("/staff/worries/", "worries"),
        ("/staff/words/", "words-to-the-centre"),
        ("/staff/people/", "people"),
        ("/staff/people/?search=zzz", "people-nobody"),
        ("/staff/people/invite/", "invite"),
        ("/staff/people/invitations/", "invitations"),
        ("/staff/people/invitations/?state=withdrawn", "invitations-none"),
    ):
        staff.go(path)
        staff.look(name)
    staff.go("/staff/canned-texts/")
    staff.look("canned-lines")
    staff.go("/staff/canned-texts/solmussa/")
    staff.look("canned-texts")
    staff.go("/staff/canned-texts/solmussa/add/")
    staff.look("canned-text-add")
    staff.go("/staff/canned-texts/solmussa/")
    staff.page.locator(".canned-key").first.click()
    staff.look("canned-text")
    staff.go("/staff/people/")
    staff.page.get_by_role("link", name="Siiri").click()
    staff.look("person")
    address = staff.page.url.removeprefix(staff.base)
    # What is looked at next are only questions: no button is pressed that changes the person.
    for part, name in (
        ("give-role/", "give-role"),
        ("deactivate/", "deactivate"),
        ("second-factor/reset/", "reset-factor"),
    ):
        staff.go(f"{address}{part}")
        staff.look(name)
    staff.go(f"{address}reactivate/")
    staff.look("reactivate")
    staff.go(address)
    staff.page.locator("a[href$='/take/']").first.click()
    staff.page.wait_for_url("**/take/")
    staff.look("take-role")

    assert staff.faults == []
    assert staff.seen == OF_A_COORDINATOR


def test_no_page_was_forgotten() -> None:
    looked_at = (
        OF_A_SEEKER | BEFORE_SIGN_IN | OF_THE_SECOND_FACTOR | OF_THE_DESK | OF_A_COORDINATOR | OF_A_LEAD | OF_PRACTICE
    )
    looked_at |= BESIDE_A_TALK
    assert {name for name, _ in pages("rinnalla.config.urls")} == looked_at | NOT_PAGES
