"""The names workers go by, and whether the one behind a name is still there."""

from __future__ import annotations

import itertools
import os
import secrets
import socket
from typing import Final

_HOST: Final = socket.gethostname().replace("/", "-")
# Tells this process from an earlier one with the same number, as every container's first process has.
_START: Final = secrets.token_hex(4)
_numbers = itertools.count(1)


def new_name(lane: str) -> str:
    """A name for a thread of this process, never given before: "host/process/start/lane-number"."""
    return f"{_HOST}/{os.getpid()}/{_START}/{lane}-{next(_numbers)}"


def is_gone(name: str) -> bool:
    """Whether the worker ``name`` is certainly gone. False when nobody can tell, as for another machine's."""
    host, _, rest = name.partition("/")
    process, _, rest = rest.partition("/")
    start = rest.partition("/")[0]
    if host != _HOST or not process.isdigit():
        return False
    if int(process) == os.getpid():
        return start != _START
    try:
        os.kill(int(process), 0)
    except ProcessLookupError:
        return True
    except OSError:  # there, but another user's
        return False
    return False
