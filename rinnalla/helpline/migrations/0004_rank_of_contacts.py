from typing import Any

from django.db import migrations
from django.db.models import F


def rank_by_joining(apps: Any, _schema_editor: Any) -> None:
    apps.get_model("helpline", "Contact").objects.filter(rank_at=None).update(rank_at=F("queued_at"))


class Migration(migrations.Migration):
    dependencies = [("helpline", "0003_rules_of_a_line")]

    operations = [migrations.RunPython(rank_by_joining, migrations.RunPython.noop)]
