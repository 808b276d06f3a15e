from datetime import timedelta

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ChatConfig(AppConfig):
    name = "rinnalla.chat"

    def ready(self) -> None:
        from rinnalla.chat import tasks
        from rinnalla.chat.actions import ChatChannel
        from rinnalla.chat.following import ways
        from rinnalla.helpline import following
        from rinnalla.helpline.access import LEADS
        from rinnalla.helpline.channels import register
        from rinnalla.jobs.clock import every
        from rinnalla.people import navigation
        from rinnalla.people.models import Role
        from rinnalla.sealing.actions import register_holder

        register("chat", ChatChannel())
        following.register("chat", ways)
        navigation.add(navigation.NavItem(10, _("Duty"), "duty", "messages", frozenset(Role)))
        navigation.add(navigation.NavItem(20, _("Safety"), "worries", "shield", frozenset(LEADS)))
        leads = frozenset(LEADS)
        navigation.add(navigation.NavItem(15, _("Calls"), "calls", "lifebuoy", leads))
        navigation.add_notice(navigation.Notice("calls", leads))
        register_holder("chat.Conversation", "key_id")
        register_holder("helpline.HandOver", "key_id")
        navigation.add_notice(navigation.Notice("safety_note", frozenset(LEADS)))
        register_holder("helpline.NetworkKey", "key_id")
        register_holder("helpline.Worry", "key_id")
        every(timedelta(minutes=10), name="chat.erase_due", task=tasks.erase_due)
        every(timedelta(minutes=5), name="helpline.erase_safety", task=tasks.erase_safety)
        every(timedelta(days=1), name="chat.sweep_keys", task=tasks.sweep_keys)
