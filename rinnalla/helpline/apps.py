from datetime import timedelta

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class HelplineConfig(AppConfig):
    name = "rinnalla.helpline"

    def ready(self) -> None:
        from rinnalla.helpline import tasks
        from rinnalla.helpline.access import LEADS
        from rinnalla.jobs.clock import every
        from rinnalla.people import navigation
        from rinnalla.sealing.actions import register_holder

        navigation.add(navigation.NavItem(15, _("Board"), "board", "traffic-lights", frozenset(LEADS)))
        register_holder("helpline.ContactRecord", "note_key")
        every(timedelta(minutes=30), name="helpline.erase_notes", task=tasks.erase_notes)
        every(timedelta(hours=1), name="helpline.erase_old_notices", task=tasks.erase_old_notices)
