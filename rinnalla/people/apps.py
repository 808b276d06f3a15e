from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class PeopleConfig(AppConfig):
    name = "rinnalla.people"

    def ready(self) -> None:
        from rinnalla.people import navigation, receivers  # noqa: F401 (models must be loaded first)
        from rinnalla.people.access import CARETAKERS

        navigation.add(navigation.NavItem(50, _("People"), "people", "users", frozenset(CARETAKERS)))
