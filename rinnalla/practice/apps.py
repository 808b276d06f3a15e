from datetime import timedelta

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class PracticeConfig(AppConfig):
    name = "rinnalla.practice"

    def ready(self) -> None:
        from rinnalla.jobs import pulse
        from rinnalla.jobs.clock import every
        from rinnalla.people import navigation
        from rinnalla.people.models import Role
        from rinnalla.practice import actions, tasks

        navigation.add(navigation.NavItem(30, _("Practice"), "practice", "school", frozenset(Role)))
        pulse.every_second(actions.go_on)
        every(timedelta(hours=1), name="practice.erase_comments", task=tasks.erase_comments)
