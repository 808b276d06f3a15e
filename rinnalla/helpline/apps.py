from django.apps import AppConfig


class HelplineConfig(AppConfig):
    name = "rinnalla.helpline"
