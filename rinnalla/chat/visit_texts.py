"""What the help-seeker's scripts say: the visit's page hands it to them as JSON."""

from __future__ import annotations


def visit_texts() -> dict[str, str]:
    """Every sentence by its name, in the language in force. ``{name}`` marks what the script fills in."""
    return {}
