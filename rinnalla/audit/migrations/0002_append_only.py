"""The database itself refuses to change or remove an entry.

SQLite builds a table anew when a later migration alters it, and loses its triggers: such a migration calls these
functions again.
"""

from typing import Any

from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

REFUSAL = "the audit log is append-only"


def add_triggers(_apps: Any, schema_editor: BaseDatabaseSchemaEditor) -> None:
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute(
            "CREATE FUNCTION audit_entry_refuse() RETURNS trigger LANGUAGE plpgsql AS $$"
            f" BEGIN RAISE EXCEPTION '{REFUSAL}' USING ERRCODE = 'restrict_violation'; END $$",
            params=None,
        )
        for name, deed in (("no_update", "UPDATE"), ("no_delete", "DELETE"), ("no_truncate", "TRUNCATE")):
            schema_editor.execute(
                f"CREATE TRIGGER audit_entry_{name} BEFORE {deed} ON audit_entry"
                " FOR EACH STATEMENT EXECUTE FUNCTION audit_entry_refuse()"
            )
        return
    for name, deed in (
        ("no_update", "UPDATE ON audit_entry"),
        ("no_delete", "DELETE ON audit_entry"),
        # INSERT OR REPLACE removes the row in the way without asking the other triggers.
        (
            "no_replace",
            "INSERT ON audit_entry WHEN EXISTS (SELECT 1 FROM audit_entry WHERE seq = NEW.seq OR hash = NEW.hash)",
        ),
    ):
        schema_editor.execute(
            f"CREATE TRIGGER audit_entry_{name} BEFORE {deed} BEGIN SELECT RAISE(ABORT, '{REFUSAL}'); END", params=None
        )


def drop_triggers(_apps: Any, schema_editor: BaseDatabaseSchemaEditor) -> None:
    if schema_editor.connection.vendor == "postgresql":
        for name in ("no_update", "no_delete", "no_truncate"):
            schema_editor.execute(f"DROP TRIGGER IF EXISTS audit_entry_{name} ON audit_entry")
        schema_editor.execute("DROP FUNCTION IF EXISTS audit_entry_refuse()")
        return
    for name in ("no_update", "no_delete", "no_replace"):
        schema_editor.execute(f"DROP TRIGGER IF EXISTS audit_entry_{name}")


class Migration(migrations.Migration):
    dependencies = [("audit", "0001_initial")]

    operations = [migrations.RunPython(add_triggers, drop_triggers)]
