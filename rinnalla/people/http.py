"""The request of a page that only signed-in people reach (LoginRequiredMiddleware sees to that)."""

from django.http import HttpRequest

from rinnalla.people.models import Person


class StaffRequest(HttpRequest):
    user: Person
