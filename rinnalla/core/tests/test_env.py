"""A setting that cannot be used stops the start with a sentence: which one it is, and what to write instead."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from rinnalla.core import env

NAME = "RINNALLA_OF_THIS_TEST"


def refused(read: Callable[[], object]) -> str:
    """What is said when ``read`` stops the start, without the words that are the same each time."""
    with pytest.raises(env.SettingError) as stopped:
        read()
    assert stopped.value.name == NAME
    begin, said = str(stopped.value.code).split(NAME)
    assert begin == "Rinnalla cannot start: "
    return said.strip()


def database(default: str = "sqlite:////srv/rinnalla.sqlite3") -> dict[str, object]:
    return env.database(NAME, default, sqlite={"CONN_MAX_AGE": None}, postgresql={"OPTIONS": {"prepare_threshold": 5}})


@pytest.fixture(autouse=True)
def _unset(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(NAME, raising=False)


def test_what_has_no_default_must_be_set(monkeypatch: pytest.MonkeyPatch) -> None:
    for value in (None, "", "  "):
        if value is not None:
            monkeypatch.setenv(NAME, value)
        assert refused(lambda: env.text(NAME)) == "is not set. See docs/operate/settings.md."
        assert env.text(NAME, "usual") == "usual"


@pytest.mark.parametrize("value", ["productoin", "Demo", "demo,test", "yes"])
def test_a_choice_that_is_none_names_the_choices(monkeypatch: pytest.MonkeyPatch, value: str) -> None:
    monkeypatch.setenv(NAME, value)
    said = refused(lambda: env.choice(NAME, ("production", "demo"), "production"))
    assert said == f"is {value!r}. Write one of: production, demo."


@pytest.mark.parametrize("value", ["true", "1", "Yes", "on"])
def test_yes_and_no_are_written_so(monkeypatch: pytest.MonkeyPatch, value: str) -> None:
    monkeypatch.setenv(NAME, value)
    assert refused(lambda: env.yes_or_no(NAME, True)) == f"is {value!r}. Write one of: yes, no."


@pytest.mark.parametrize("value", ["0", "6", "-1", "1.5", "two", "²", "٣", "1_0", "99999999999999999999", "2 3"])
def test_a_number_that_is_none_or_out_of_bounds_names_the_bounds(monkeypatch: pytest.MonkeyPatch, value: str) -> None:
    monkeypatch.setenv(NAME, value)
    said = refused(lambda: env.number(NAME, 3, least=1, most=5))
    assert said == f"is {value!r}. Write a whole number from 1 to 5."


def test_good_values_are_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    assert env.number(NAME, 3) == 3
    assert env.yes_or_no(NAME, False) is False
    for value in ("1", "5"):
        monkeypatch.setenv(NAME, f" {value} ")
        assert env.number(NAME, 3, least=1, most=5) == int(value)
    monkeypatch.setenv(NAME, "demo")
    assert env.choice(NAME, ("production", "demo"), "production") == "demo"
    monkeypatch.setenv(NAME, "one, ,two,")
    assert env.words(NAME, "") == ["one", "two"]


# Databases ----------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("mysql://localhost/x", "must begin with sqlite:/// or postgresql://"),
        ("/srv/x.db", "must begin with sqlite:/// or postgresql://"),
        ("sqlite://x.db", "must be sqlite:/// followed by an absolute path, such as sqlite:////srv/x.db"),
        ("sqlite:x.db", "must be sqlite:/// followed by an absolute path, such as sqlite:////srv/x.db"),
        ("sqlite:///", "must be sqlite:/// followed by an absolute path, such as sqlite:////srv/x.db"),
        ("postgresql://localhost:5432", "names no database: postgresql://user:password@host:port/NAME"),
        ("postgresql://localhost/", "names no database: postgresql://user:password@host:port/NAME"),
        ("postgresql://localhost:x/y", "has a port that is no number from 1 to 65535."),
        ("postgresql://localhost:99999/y", "has a port that is no number from 1 to 65535."),
        ("postgresql://user:pa[ss@localhost/y", "is no address. In a password write %5B for [, %5D for ], %2F for /."),
    ],
)
def test_a_database_that_cannot_be_meant_is_refused(monkeypatch: pytest.MonkeyPatch, url: str, said: str) -> None:
    monkeypatch.setenv(NAME, url)
    assert refused(database) == said


def test_a_database_is_described_as_django_wants_it(monkeypatch: pytest.MonkeyPatch) -> None:
    assert database()["NAME"] == "/srv/rinnalla.sqlite3"
    monkeypatch.setenv(NAME, "postgresql://rinnalla:p%40ss@db.example:6432/centre?sslmode=require")
    assert database() == {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": "centre",
        "USER": "rinnalla",
        "PASSWORD": "p@ss",
        "HOST": "db.example",
        "PORT": "6432",
        "OPTIONS": {"prepare_threshold": 5, "sslmode": "require"},
    }


# Mail ---------------------------------------------------------------------------------------------------------------
FORMS = "must be smtp://user:password@host:port, smtps://…, file:///folder or console:"


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("smtp.example.org", FORMS),
        ("smtp://", FORMS),
        ("https://mail.example.org", FORMS),
        ("file:mail", FORMS),
        ("smtp://mail.example.org:x", "has a port that is no number from 1 to 65535."),
        ("smtp://mail.example.org:99999", "has a port that is no number from 1 to 65535."),
        ("smtp://me:pa]ss@mail.example.org", "is no address. In a password write %5B for [, %5D for ], %2F for /."),
    ],
)
def test_mail_that_could_not_leave_is_refused(monkeypatch: pytest.MonkeyPatch, url: str, said: str) -> None:
    monkeypatch.setenv(NAME, url)
    assert refused(lambda: env.mailer(NAME, None)) == said


@pytest.mark.parametrize(
    ("url", "port", "starttls", "tls"),
    [
        ("smtp://me:p%2Fss@mail.example.org", 587, True, False),
        ("smtps://me:p%2Fss@mail.example.org", 465, False, True),
        ("smtps://me:p%2Fss@mail.example.org:2465", 2465, False, True),
    ],
)
def test_mail_leaves_encrypted(monkeypatch: pytest.MonkeyPatch, url: str, port: int, starttls: bool, tls: bool) -> None:
    monkeypatch.setenv(NAME, url)
    options = env.mailer(NAME, None)["OPTIONS"]
    assert (options["host"], options["username"], options["password"]) == ("mail.example.org", "me", "p/ss")
    assert (options["port"], options["use_tls"], options["use_ssl"]) == (port, starttls, tls)


# Secrets ------------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("mode", [0o640, 0o604, 0o644, 0o620, 0o601])
def test_a_secret_that_others_may_read_is_refused(tmp_path: Path, mode: int) -> None:
    file = tmp_path / "secret.key"
    file.write_text("abc\n")
    file.chmod(mode)
    said = refused(lambda: env.secret(NAME, file, why="a test"))
    assert said == f"comes from {file}, which others may read. Run: chmod 600 {file}"


def test_a_secret_of_the_owner_alone_is_taken_and_the_variable_goes_first(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "secret.key"
    file.write_text("abc\n")
    for mode in (0o600, 0o400):
        file.chmod(mode)
        assert env.secret(NAME, file, why="a test") == "abc"
    monkeypatch.setenv(NAME, "xyz")
    assert env.secret(NAME, file, why="a test") == "xyz"


def test_a_secret_that_is_nowhere_empty_or_no_file_says_so(tmp_path: Path) -> None:
    missing, empty = tmp_path / "missing.key", tmp_path / "empty.key"
    empty.write_text(" \n")
    empty.chmod(0o600)
    assert refused(lambda: env.secret(NAME, missing, why="a test")) == (
        f"is not set and {missing} does not exist (a test). Run `bin/rinnalla init` once to make it."
    )
    assert refused(lambda: env.secret(NAME, empty, why="a test")) == f"is not set and {empty} is empty (a test)."
    assert refused(lambda: env.secret(NAME, tmp_path, why="a test")) == (
        f"is not set and {tmp_path} cannot be read: Is a directory."
    )


def test_a_secret_that_is_no_text_says_so(tmp_path: Path) -> None:
    file = tmp_path / "secret.key"
    file.write_bytes(b"\xff\xfe\x00")
    file.chmod(0o600)
    assert refused(lambda: env.secret(NAME, file, why="a test")) == f"is not set and {file} is not a text file."
