from django.apps import AppConfig


class SealingConfig(AppConfig):
    name = "rinnalla.sealing"
