"""Signing in with a passkey alone, as a volunteer does it on their own phone. Chromium holds the made-up device."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, expect

from tests.journeys.service import Service
from tests.journeys.sides import DESK, Side

DEVICE = {
    "protocol": "ctap2",
    "ctap2Version": "ctap2_1",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "automaticPresenceSimulation": True,
}


class Passkeys:
    """A device that keeps passkeys. ``knows_them`` is whether it recognises who holds it: a finger, a face, a PIN."""

    def __init__(self, side: Side) -> None:
        self._session = side.context.new_cdp_session(side.page)
        self._session.send("WebAuthn.enable")
        options = {**DEVICE, "isUserVerified": True}
        self._id = self._session.send("WebAuthn.addVirtualAuthenticator", {"options": options})["authenticatorId"]

    def knows_them(self, known: bool) -> None:
        self._session.send("WebAuthn.setUserVerified", {"authenticatorId": self._id, "isUserVerified": known})

    def count(self) -> int:
        return len(self._session.send("WebAuthn.getCredentials", {"authenticatorId": self._id})["credentials"])


@pytest.fixture
def volunteer(browser: Browser, server: Service) -> Iterator[Side]:
    side = Side(browser, server.staff_url, DESK)
    yield side
    side.context.close()


def test_a_volunteer_adds_a_passkey_and_signs_in_with_it_alone(volunteer: Side) -> None:
    page, passkeys = volunteer.page, Passkeys(volunteer)
    volunteer.go("/demo/")
    page.get_by_role("button", name="Siiri").click()
    expect(page).to_have_url(f"{volunteer.base}/staff/duty/")

    volunteer.go("/accounts/2fa/webauthn/add/")
    page.locator("[name=name]").fill("Oma puhelin")
    page.locator("[name=passwordless]").check()
    page.locator("#mfa_webauthn_add").click()
    page.wait_for_url(lambda url: "webauthn/add" not in url)
    volunteer.go("/accounts/2fa/webauthn/")
    expect(page.locator("main")).to_contain_text("Oma puhelin")
    assert passkeys.count() == 1

    volunteer.go("/accounts/logout/")
    page.locator("main .btn-primary").click()
    page.wait_for_url("**/accounts/login/**")
    volunteer.go("/staff/duty/")
    expect(page).to_have_url(f"{volunteer.base}/accounts/login/?next=/staff/duty/")

    passkeys.knows_them(False)  # somebody else holds the phone
    page.locator("#passkey_login").click()
    page.wait_for_timeout(500)
    volunteer.go("/staff/duty/")
    expect(page).to_have_url(f"{volunteer.base}/accounts/login/?next=/staff/duty/")

    passkeys.knows_them(True)
    page.locator("#passkey_login").click()
    expect(page).to_have_url(f"{volunteer.base}/staff/duty/")  # neither a password nor a second step
    expect(page.locator(".me")).to_contain_text("Siiri")
    assert volunteer.faults == []
    assert volunteer.elsewhere == []
