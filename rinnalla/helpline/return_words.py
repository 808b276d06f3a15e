"""Making, reading and hashing return words.

Four words out of at least 256 carry at least 4 × 8 = 32 bits: 4.3 billion possibilities. With 1,000 words in force on a
line and five tries a visit, one visit guesses right with a chance of 1 in 860,000, and each visit waits in the queue.
"""

from __future__ import annotations

import secrets
import unicodedata
from functools import cache
from pathlib import Path
from typing import Final

from django.utils.crypto import salted_hmac

WORDS: Final = 4
FEWEST: Final = 256  # words in a list: eight bits each
_FOLDER: Final = Path(__file__).with_name("word_lists")


@cache
def word_list(language: str) -> tuple[str, ...]:
    """The plain words of ``language``, in letters that every keyboard has; Finnish for a language without a list."""
    file = _FOLDER / f"{language}.txt"
    return tuple((file if file.exists() else _FOLDER / "fi.txt").read_text(encoding="utf-8").split())


def make_words(language: str) -> str:
    """Four words by chance, with spaces between."""
    return " ".join(secrets.choice(word_list(language)) for _ in range(WORDS))


def as_known(written: str) -> str:
    """Words as they are hashed: small letters without dots or rings, one space between, whatever stood there."""
    plain = unicodedata.normalize("NFKD", written[:200].casefold())
    letters = "".join(c if c.isascii() and c.isalpha() else " " for c in plain if not unicodedata.combining(c))
    return " ".join(letters.split())


def hash_of_words(written: str) -> bytes:
    """What is kept of return words: their HMAC under the service's secret key."""
    return salted_hmac("rinnalla.helpline.return_word", as_known(written), algorithm="sha256").digest()
