"""What an operator may see of tasks. Never their arguments."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.tasks import TaskResultStatus
from django_tasks_db.models import DBTaskResult


@dataclass(frozen=True)
class TaskView:
    """``error`` is the class of the last exception, "" when there was none. ``at`` is when it began or failed."""

    id: str
    name: str
    status: str
    at: datetime
    tries: int
    error: str


def failed_and_running() -> list[TaskView]:
    """The newest first."""
    rows = DBTaskResult.objects.filter(status__in=[TaskResultStatus.FAILED, TaskResultStatus.RUNNING])
    views = [
        TaskView(
            id=str(row.pk),
            name=row.task_path,
            status=str(row.status).lower(),
            at=row.finished_at or row.started_at or row.enqueued_at,
            tries=len(row.worker_ids),
            error=row.exception_class_path,
        )
        for row in rows.defer("args_kwargs", "traceback")
    ]
    return sorted(views, key=lambda view: view.at, reverse=True)
