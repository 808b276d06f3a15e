from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ChatConfig(AppConfig):
    name = "rinnalla.chat"

    def ready(self) -> None:
        from rinnalla.chat.actions import ChatChannel
        from rinnalla.helpline.channels import register
        from rinnalla.people import navigation
        from rinnalla.people.models import Role
        from rinnalla.sealing.actions import register_holder

        register("chat", ChatChannel())
        navigation.add(navigation.NavItem(10, _("Duty"), "duty", "messages", frozenset(Role)))
        register_holder("chat.Conversation", "key_id")
