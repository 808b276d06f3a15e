"""What a browser may load on a page of ours, whichever page it is: nothing from elsewhere and nothing inline."""

from __future__ import annotations

import pytest
from django.test import Client

from rinnalla.config import asgi
from rinnalla.config.tests.test_full_door import Door
from rinnalla.helpline.models import Line, LineText
from rinnalla.people.models import Centre

OURS = {"'self'", "'none'", "data:"}
PAGES = {
    "/": 200,
    "/line/sekasin/": 200,
    "/chat/": 200,
    "/sv/help/": 200,
    "/calendar/": 200,
    "/there-is-no-such-page/": 404,
    "/accounts/login/": 200,
    "/accounts/password/reset/": 200,
    "/invitation/nothing/": 404,
}


@pytest.fixture
def _a_line(db: None) -> None:
    centre = Centre.objects.create(name="SOS-keskus", kind=Centre.Kind.SOS, town="Helsinki")
    line = Line.objects.create(slug="sekasin", channel="chat", centre=centre)
    LineText.objects.create(line=line, language="fi", name="Sekasin", summary="Juttele")


def policy_in(header: str) -> dict[str, list[str]]:
    """The sources that each directive allows."""
    directives = [part.split() for part in header.split(";") if part.strip()]
    return {name: sources for name, *sources in directives}


def is_strict(policy: dict[str, list[str]]) -> None:
    assert policy["default-src"] == ["'none'"]
    assert policy["script-src"] == policy["style-src"] == policy["connect-src"] == ["'self'"]
    assert policy["form-action"] == ["'self'"]
    assert policy["base-uri"] == policy["frame-ancestors"] == ["'none'"]
    assert [source for sources in policy.values() for source in sources if source not in OURS] == []
    assert [name for name, sources in policy.items() if "data:" in sources] == ["img-src"]


@pytest.mark.usefixtures("_a_line")
@pytest.mark.parametrize("path", PAGES)
def test_a_page_allows_nothing_from_elsewhere_and_nothing_inline(client: Client, path: str) -> None:
    answer = client.get(path)
    assert answer.status_code == PAGES[path]
    is_strict(policy_in(answer.headers["Content-Security-Policy"]))
    assert "Content-Security-Policy-Report-Only" not in answer.headers


@pytest.mark.usefixtures("_a_line")
def test_so_do_the_answers_that_refuse_a_form(client: Client) -> None:
    foreign = client.post("/chat/leave/", headers={"Sec-Fetch-Site": "cross-site"})
    expired = Client(enforce_csrf_checks=True).post("/accounts/login/")
    not_allowed = client.post("/help/")
    assert [answer.status_code for answer in (foreign, expired, not_allowed)] == [403, 403, 405]
    for answer in (foreign, expired, not_allowed):
        is_strict(policy_in(answer.headers["Content-Security-Policy"]))


def test_so_does_the_page_of_a_full_service() -> None:
    door = Door()
    door.fill(asgi.MOST_WAITING)
    is_strict(policy_in(door.ask("GET", "/").headers["content-security-policy"]))
