"""What the templates of every page can say."""

from __future__ import annotations

import pytest
from django.conf.urls.i18n import i18n_patterns
from django.http import HttpRequest, HttpResponse
from django.template import engines
from django.test import RequestFactory
from django.urls import path, resolve
from django.utils import translation
from pytest_django import Settings

from rinnalla.core.context import surface


def page(request: HttpRequest) -> HttpResponse:
    return HttpResponse()


urlpatterns = i18n_patterns(
    path("help/", page, name="help"), path("calendar/", page, name="calendar"), prefix_default_language=False
)


@pytest.fixture(autouse=True)
def _pages(settings: Settings) -> None:
    settings.ROOT_URLCONF = __name__


def request_for(address: str, language: str, method: str = "GET") -> HttpRequest:
    translation.activate(language)
    request: HttpRequest = RequestFactory().generic(method, address)
    request.resolver_match = resolve(address)
    return request


@pytest.mark.parametrize(("address", "language"), [("/help/", "fi"), ("/sv/help/", "sv"), ("/en/help/", "en")])
def test_a_page_knows_itself_in_every_language(address: str, language: str) -> None:
    languages = surface(request_for(address, language))["languages"]

    assert [(choice["code"], choice["url"]) for choice in languages] == [
        ("fi", "/help/"),
        ("sv", "/sv/help/"),
        ("en", "/en/help/"),
    ]
    assert [choice["code"] for choice in languages if choice["current"]] == [language]


def test_an_answer_to_a_form_offers_no_other_language() -> None:
    assert not surface(request_for("/help/", "fi", "POST"))["languages"]


def test_quick_exit_stays_in_the_language_of_the_page() -> None:
    assert str(surface(request_for("/sv/help/", "sv"))["exit_url"]) == "/sv/calendar/"


def test_quick_exit_to_another_site_is_left_as_it_is(settings: Settings) -> None:
    settings.EXIT_URL = "https://weather.example/"

    assert str(surface(request_for("/sv/help/", "sv"))["exit_url"]) == "https://weather.example/"


def test_a_template_can_write_the_way_out() -> None:
    found = surface(request_for("/sv/help/", "sv"))

    written = engines["django"].from_string('<a href="{{ exit_url }}">').render(found)

    assert written == '<a href="/sv/calendar/">'
