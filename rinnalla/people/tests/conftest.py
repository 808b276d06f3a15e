from __future__ import annotations

import pytest
from django.core.cache import cache
from pytest_django import Settings

from rinnalla.people.tests.cast import Cast, assemble


@pytest.fixture(autouse=True)
def quick_passwords(settings: Settings) -> None:
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


@pytest.fixture
def cast(db: None) -> Cast:
    """The people of two centres, with nobody's tries counted yet."""
    cache.clear()
    return assemble()
