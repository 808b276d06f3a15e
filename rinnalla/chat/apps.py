from django.apps import AppConfig


class ChatConfig(AppConfig):
    name = "rinnalla.chat"
