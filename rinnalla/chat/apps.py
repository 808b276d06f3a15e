from django.apps import AppConfig


class ChatConfig(AppConfig):
    name = "rinnalla.chat"

    def ready(self) -> None:
        from rinnalla.chat.actions import ChatChannel
        from rinnalla.helpline.channels import register
        from rinnalla.sealing.actions import register_holder

        register("chat", ChatChannel())
        register_holder("chat.Conversation", "key_id")
