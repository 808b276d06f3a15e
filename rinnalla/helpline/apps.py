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
        from rinnalla.people.access import CARETAKERS
        from rinnalla.sealing.actions import register_holder

        navigation.add(navigation.NavItem(15, _("Board"), "board", "traffic-lights", frozenset(LEADS)))
        register_holder("helpline.ContactRecord", "note_key")
        every(timedelta(minutes=30), name="helpline.erase_notes", task=tasks.erase_notes)
        every(timedelta(hours=1), name="helpline.erase_old_notices", task=tasks.erase_old_notices)
        navigation.add(
            navigation.NavItem(
                40, _("Words to the centre"), "words_to_the_centre", "message-heart", frozenset(CARETAKERS)
            )
        )
        register_holder("helpline.Feedback", "key_id")
        every(timedelta(hours=1), name="helpline.erase_return_words", task=tasks.erase_return_words)
        every(timedelta(hours=6), name="helpline.erase_feedback", task=tasks.erase_feedback)
        navigation.add(navigation.NavItem(40, _("Canned texts"), "canned_lines", "message-2", frozenset(CARETAKERS)))
