from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class HelplineConfig(AppConfig):
    name = "rinnalla.helpline"

    def ready(self) -> None:
        from rinnalla.helpline.access import LEADS
        from rinnalla.people import navigation

        navigation.add(navigation.NavItem(15, _("Board"), "board", "traffic-lights", frozenset(LEADS)))
