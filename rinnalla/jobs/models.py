"""What the clock has enqueued. The tasks themselves are rows of ``django_tasks_db``."""

from __future__ import annotations

from django.db import models


class Tick(models.Model):
    """One due time of one schedule. That it can exist only once is what lets any number of processes run the clock."""

    name = models.CharField(max_length=80)
    due = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["name", "due"], name="tick_once")]

    def __str__(self) -> str:
        return f"{self.name} {self.due:%Y-%m-%d %H:%M:%S}"
