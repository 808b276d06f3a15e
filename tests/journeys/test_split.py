"""A grown installation: pages, sockets and tasks in processes of their own (docs/operate/install.md)."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from tests.journeys.service import Service
from tests.journeys.sides import DESK, PHONE, Side, end, end_duty, go_on_duty, wait_in_line
from tests.journeys.wire import Wire, wire_to
from tests.processes import RINNALLA, Process, Serving

pytestmark = pytest.mark.skipif(
    os.environ["RINNALLA_TEST_ON"] != "postgresql", reason="several processes need a bus between them"
)
TASK = "from rinnalla.chat.tasks import erase_due; print(erase_due.enqueue().id)"
STATUS = "from rinnalla.chat.tasks import erase_due; print(erase_due.get_result('{}').status)"


@pytest.fixture
def split(server: Service, tmp_path: Path) -> Iterator[Wire]:
    """The session's centre, served by `web`, `live` and `worker` instead of its own processes."""
    server.stop()
    with ExitStack() as stack:
        web, live = (
            Serving([str(RINNALLA), "serve", "--role", role], server.environment, tmp_path / f"{role}.log")
            for role in ("web", "live")
        )
        worker = Process([str(RINNALLA), "worker"], server.environment, tmp_path / "worker.log")
        for process in (worker, live, web):
            stack.callback(process.stop)
            process.launch()
        for serving in (web, live):
            serving.wait_until_ready()
        yield stack.enter_context(wire_to(web.url, live.url))


def test_a_conversation_and_a_task_with_each_part_in_its_process(
    browser: Browser, server: Service, split: Wire
) -> None:
    seeker, volunteer = Side(browser, split.url, PHONE), Side(browser, split.url, DESK)
    go_on_duty(volunteer)

    wait_in_line(seeker.page, seeker.base, "/en")
    volunteer.page.locator("form[action*='next'] button").click()
    expect(seeker.page.locator("#who")).to_have_text("Aino")
    seeker.say("Onko siellä joku?")
    expect(volunteer.page.locator("#lines")).to_contain_text("Onko siellä joku?")
    volunteer.say("On. Kuuntelen.")
    expect(seeker.page.locator("#lines")).to_contain_text("On. Kuuntelen.")
    expect(seeker.page.locator("#lines .tick")).to_have_count(1)

    end(volunteer)
    expect(seeker.page.locator("#over")).to_be_visible()
    end_duty(volunteer)

    task = server.command("shell", "--no-imports", "-c", TASK).strip()
    deadline = time.monotonic() + 30
    while (status := server.command("shell", "--no-imports", "-c", STATUS.format(task)).strip()) != "SUCCESSFUL":
        assert time.monotonic() < deadline, status
    assert seeker.faults == volunteer.faults == []
    for side in (seeker, volunteer):
        side.context.close()
