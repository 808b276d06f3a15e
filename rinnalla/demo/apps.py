from django.apps import AppConfig


class DemoConfig(AppConfig):
    name = "rinnalla.demo"

    def ready(self) -> None:
        from rinnalla.demo import rules  # noqa: F401 (registers the checks; models must be loaded first)
