from __future__ import annotations

import pytest
from django.core.exceptions import ValidationError

from rinnalla.people.names import one_line, tidy_name


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("  Aino   Ääkkönen ", "Aino Ääkkönen"),
        ("A\u0308ijä", "Äijä"),
        ("Aino\nBcc: kaikki@example.org", "Aino Bcc: kaikki@example.org"),
        ("مریم\u200cسادات", "مریم\u200cسادات"),
        ("Nguyễn Thị", "Nguyễn Thị"),
        ("<img src=x>", "<img src=x>"),
    ],
)
def test_a_name_is_tidied(typed: str, kept: str) -> None:
    assert tidy_name(typed) == kept


@pytest.mark.parametrize("typed", ["Aino\0", "\u202eonia", "a" + "\u0301" * 10, "\ud800", "\u2066x"])
def test_a_name_that_would_mislead_is_refused(typed: str) -> None:
    with pytest.raises(ValidationError):
        tidy_name(typed)


def test_the_head_of_a_letter_is_one_line() -> None:
    assert one_line("Kutsu\r\nBcc: kaikki@example.org\u202e\0") == "Kutsu Bcc: kaikki@example.org  "
    assert one_line("Kutsu\rBcc: a@example.org\r\rCc: b\u2028c\x85d") == "Kutsu Bcc: a@example.org Cc: b c d"
