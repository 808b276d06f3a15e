"""What the disk takes by itself while a bench runs: no commit is faster, and a disk that stalls stalls everybody."""

from __future__ import annotations

import os
import tempfile
import threading
from time import perf_counter
from typing import Final, Self

EVERY: Final = 0.02  # seconds
BLOCK: Final = b"\x00" * 8192


class Disk:
    """While it is entered, writes a block and waits for the disk, over and over; ``took`` has the seconds of each."""

    def __init__(self) -> None:
        self.took: list[float] = []
        self._done = threading.Event()
        self._thread = threading.Thread(target=self._run, name="disk", daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._done.set()
        self._thread.join()

    def _run(self) -> None:
        with tempfile.TemporaryFile(prefix="rinnalla-bench-") as file:
            while not self._done.wait(EVERY):
                began = perf_counter()
                os.pwrite(file.fileno(), BLOCK, 0)
                os.fdatasync(file.fileno())
                self.took.append(perf_counter() - began)
