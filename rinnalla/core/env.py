"""Reading settings from the environment: a wrong or missing value stops the start and says what to write instead."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import SplitResult, parse_qsl, unquote, urlsplit


class SettingError(SystemExit):
    """A setting is missing or cannot be used. Ends the process with one readable sentence."""

    def __init__(self, name: str, message: str) -> None:
        super().__init__(f"Rinnalla cannot start: {name} {message}")
        self.name = name


def text(name: str, default: str | None = None) -> str:
    """The value of ``name``; ``default`` when it is unset or empty; stops when there is neither."""
    value = os.environ.get(name, "").strip() or default
    if value is None:
        raise SettingError(name, "is not set. See docs/operate/settings.md.")
    return value


def preset(name: str, value: str) -> None:
    """Let ``name`` be ``value`` when it is unset or empty. Of use only before the settings are read."""
    if not os.environ.get(name, "").strip():
        os.environ[name] = value


def choice(name: str, allowed: tuple[str, ...], default: str) -> str:
    value = text(name, default)
    if value not in allowed:
        raise SettingError(name, f"is {value!r}. Write one of: {', '.join(allowed)}.")
    return value


def number(name: str, default: int, *, least: int = 0, most: int = 1_000_000) -> int:
    value = text(name, str(default))
    if not value.isascii() or not value.isdigit() or not least <= int(value) <= most:
        raise SettingError(name, f"is {value!r}. Write a whole number from {least} to {most}.")
    return int(value)


def yes_or_no(name: str, default: bool) -> bool:
    return choice(name, ("yes", "no"), "yes" if default else "no") == "yes"


def words(name: str, default: str) -> list[str]:
    """A comma-separated list without empty items."""
    return [word.strip() for word in text(name, default).split(",") if word.strip()]


def secret(name: str, file: Path, *, why: str) -> str:
    """A secret from the variable ``name`` or, when that is unset, from ``file``; stops when neither exists.

    ``why`` says in half a sentence what the secret is for, so that the message helps.
    """
    value = os.environ.get(name, "").strip()
    if value:
        return value
    try:
        value = file.read_text().strip()
    except FileNotFoundError:
        raise SettingError(
            name, f"is not set and {file} does not exist ({why}). Run `bin/rinnalla init` once to make it."
        ) from None
    except OSError as problem:
        raise SettingError(name, f"is not set and {file} cannot be read: {problem.strerror}.") from None
    except UnicodeDecodeError:
        raise SettingError(name, f"is not set and {file} is not a text file.") from None
    if not value:
        raise SettingError(name, f"is not set and {file} is empty ({why}).")
    if file.stat().st_mode & 0o077:
        raise SettingError(name, f"comes from {file}, which others may read. Run: chmod 600 {file}")
    return value


def _address(name: str, default: str | None) -> SplitResult:
    """The parts of the URL in ``name``. What is wrong with it is told without the URL: it may hold a password."""
    url = text(name, default)
    try:
        parts = urlsplit(url)
    except ValueError:
        raise SettingError(name, "is no address. In a password write %5B for [, %5D for ], %2F for /.") from None
    try:
        _ = parts.port
    except ValueError:
        raise SettingError(name, "has a port that is no number from 1 to 65535.") from None
    return parts


def database(name: str, default: str, *, sqlite: Mapping[str, Any], postgresql: Mapping[str, Any]) -> dict[str, Any]:
    """Django's description of the database at the URL in ``name``.

    Takes ``sqlite:///absolute/path`` and ``postgresql://user:password@host:port/name?option=value``.
    """
    parts = _address(name, default)
    match parts.scheme:
        case "sqlite":
            path = unquote(parts.path)
            if parts.netloc or not path.startswith("/") or path == "/":
                raise SettingError(name, "must be sqlite:/// followed by an absolute path, such as sqlite:////srv/x.db")
            path = path if not path.startswith("//") else path[1:]
            return {"ENGINE": "django.db.backends.sqlite3", "NAME": path, **sqlite}
        case "postgresql" | "postgres":
            if not parts.path.strip("/"):
                raise SettingError(name, "names no database: postgresql://user:password@host:port/NAME")
            options = dict(postgresql.get("OPTIONS", {})) | dict(parse_qsl(parts.query))
            return {
                "ENGINE": "django.db.backends.postgresql",
                "NAME": unquote(parts.path.strip("/")),
                "USER": unquote(parts.username or ""),
                "PASSWORD": unquote(parts.password or ""),
                "HOST": unquote(parts.hostname or ""),
                "PORT": str(parts.port or ""),
                **postgresql,
                "OPTIONS": options,
            }
    raise SettingError(name, "must begin with sqlite:/// or postgresql://")


def mailer(name: str, default: str | None) -> dict[str, Any]:
    """How mail leaves: ``smtp://user:password@host:587`` (STARTTLS), ``smtps://…``, ``file:///path``, ``console:``."""
    parts = _address(name, default)
    match parts.scheme:
        case "smtp" | "smtps" if parts.hostname:
            return {
                "BACKEND": "django.core.mail.backends.smtp.EmailBackend",
                "OPTIONS": {
                    "host": parts.hostname,
                    "port": parts.port or (465 if parts.scheme == "smtps" else 587),
                    "username": unquote(parts.username or ""),
                    "password": unquote(parts.password or ""),
                    "use_tls": parts.scheme == "smtp",
                    "use_ssl": parts.scheme == "smtps",
                    "timeout": 20,
                },
            }
        case "file" if parts.path.startswith("/"):
            return {"BACKEND": "django.core.mail.backends.filebased.EmailBackend", "OPTIONS": {"file_path": parts.path}}
        case "console":
            return {"BACKEND": "django.core.mail.backends.console.EmailBackend"}
    raise SettingError(name, "must be smtp://user:password@host:port, smtps://…, file:///folder or console:")
