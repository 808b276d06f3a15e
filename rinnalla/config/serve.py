"""`bin/rinnalla serve`: pages, sockets and tasks in one process, or a part of them.

It starts only on storage that keeps what it has confirmed and on tables that are up to date, and it ends by telling
every open page to come back by itself (promise R5).
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import gc
import logging
import resource
import signal
import socket
import sys
import threading
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import django
import uvicorn
import uvloop
from django.conf import settings
from django.core import checks

from rinnalla.core.env import SettingError

if TYPE_CHECKING:
    from rinnalla.chat.gateway import Gateway
    from rinnalla.jobs.loop import TaskLoop

BACKLOG: Final = 4096  # connections the system holds while we are busy: after a restart all come back at once
SPARE_FILES: Final = 256  # of the files a process may open: for databases, pages, logs; the rest may be sockets
FLUSH: Final = 0.25  # seconds for the good-byes to leave
GRACE: Final = 5  # seconds for pages under way
TASKS_END: Final = 5.0  # seconds for tasks under way; those cut off are run again later
# A thread that computes gives way this often (seconds). With Python's 5 ms, pages would delay messages.
SWITCH: Final = 0.0005


@dataclass(frozen=True, slots=True)
class Options:
    host: str
    port: int
    role: str
    migrate: bool

    @property
    def has_sockets(self) -> bool:
        return self.role in ("all", "live")

    @property
    def has_pages(self) -> bool:
        return self.role in ("all", "web")


def main(arguments: Sequence[str]) -> int:
    options = _options(arguments)
    django.setup()
    _refuse_what_is_not_ready(options)
    with _listening_socket(options) as listening:
        uvloop.run(_serve(options, listening))
    return 0


def _options(arguments: Sequence[str]) -> Options:
    parser = argparse.ArgumentParser(prog="bin/rinnalla serve", description="Start the service.")
    parser.add_argument("--host", default="127.0.0.1", help="the address to listen on (127.0.0.1)")
    parser.add_argument("--port", type=int, default=8000, help="the port to listen on (8000; 0 takes a free one)")
    parser.add_argument(
        "--role",
        choices=("all", "live", "web"),
        default="all",
        help="all: everything in one process; live: sockets only; web: pages only",
    )
    parser.add_argument("--migrate", action="store_true", help="first bring both databases up to date")
    found = parser.parse_args(arguments)
    return Options(found.host, found.port, found.role, found.migrate)


def _refuse_what_is_not_ready(options: Options) -> None:
    """End with a sentence that says what to do, rather than serve something that half works."""
    from rinnalla.core import setup, storage
    from rinnalla.sealing.seal import MasterKey

    if options.role != "all" and not settings.SEVERAL_PROCESSES:
        raise SettingError(
            "VALKEY_URL", f"is not set. `--role {options.role}` is one of several processes, which need it to talk."
        )
    MasterKey(settings.MASTER_KEY)
    storage.refuse_open_hosts()
    storage.refuse_unsafe_storage()
    if options.migrate:
        setup.migrate(verbosity=0)
    elif pending := setup.pending_migrations():
        raise SystemExit(
            f"Rinnalla cannot start: the databases are not up to date (missing: {', '.join(pending[:3])}"
            f"{' …' if len(pending) > 3 else ''}). "
            "Run `bin/rinnalla migrate`, or start with `--migrate`."
        )
    if options.has_pages and not (settings.STATIC_ROOT / "staticfiles.json").exists():
        raise SystemExit("Rinnalla cannot start: the front end is not built. Run `scripts/bootstrap`.")
    # Each app's own conditions; the table of addresses is read too, so that a fault in it shows before the first visit.
    if faults := [found for found in checks.run_checks(databases=list(settings.DATABASES)) if found.is_serious()]:
        raise SystemExit(
            "\n".join(f"Rinnalla cannot start: {fault.msg} {fault.hint or ''}".rstrip() for fault in faults)
        )


@contextlib.contextmanager
def _listening_socket(options: Options) -> Iterator[socket.socket]:
    try:
        family, _, _, _, address = socket.getaddrinfo(
            options.host, options.port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
        listening = socket.create_server(address, family=family, backlog=BACKLOG)
    except OSError as problem:
        reason = (problem.strerror or str(problem)).partition(" (")[0]
        raise SystemExit(
            f"Rinnalla cannot start: it cannot listen on {options.host} port {options.port}: {reason}. "
            "Is it running already? Another port: `--port`."
        ) from None
    with listening:
        yield listening


class Server(uvicorn.Server):
    """uvicorn without its own way of stopping: sockets get their good-bye first."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.ready = asyncio.Event()

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self.ready.set()

    def stop_listening(self) -> None:
        for server in self.servers:
            server.close()


class Parts:
    """What runs in this process beside the pages, started and stopped in the order that loses nothing."""

    def __init__(self, options: Options) -> None:
        from rinnalla.core.live import bus

        self.bus = bus()
        self.gateway: Gateway | None = None
        self.tasks: TaskLoop | None = None
        self._tasks_stop = threading.Event()
        if options.has_sockets:
            from rinnalla.chat.gateway import Gateway

            self.gateway = Gateway(self.bus)
        if options.role == "all":
            from rinnalla.jobs.loop import TaskLoop

            self.tasks = TaskLoop(self._tasks_stop)

    async def start(self) -> None:
        await self.bus.start()
        if self.gateway is not None:
            await self.gateway.start()
        if self.tasks is not None:
            self.tasks.start()

    async def stop_sockets(self) -> None:
        """Say good-bye, then write what was sent before it. Clients send again what they got no answer for."""
        from rinnalla.core import sockets

        self._tasks_stop.set()
        if self.gateway is not None:
            sockets.say_goodbye()
            await asyncio.sleep(FLUSH)
            await self.gateway.stop()

    async def stop(self) -> None:
        """After the last page: the bus last of all, so that every hint leaves."""
        if self.tasks is not None:
            await asyncio.to_thread(self.tasks.join, TASKS_END)
        await self.bus.stop()


async def _serve(options: Options, listening: socket.socket) -> None:
    from rinnalla.config.asgi import application
    from rinnalla.core.sockets import SocketProtocol

    logging.getLogger("uvicorn").setLevel(logging.WARNING)
    _allow_many_sockets()
    server = Server(
        uvicorn.Config(
            application(pages=options.has_pages),
            http="httptools",
            ws=SocketProtocol if options.has_sockets else "none",
            lifespan="off",
            log_config=None,
            access_log=False,  # nobody's address or path is written down (promise S5)
            server_header=False,
            proxy_headers=False,  # Django reads them itself, only as many as RINNALLA_TRUSTED_PROXIES says
            timeout_graceful_shutdown=GRACE,
            backlog=BACKLOG,
        )
    )
    stopping = _stop_on_signals(server)
    parts = Parts(options)
    await parts.start()
    serving = asyncio.create_task(server.serve([listening]), name="pages")
    ready = asyncio.create_task(server.ready.wait())
    await asyncio.wait({serving, ready}, return_when=asyncio.FIRST_COMPLETED)
    if not serving.done():
        _settle()
        print(f"Rinnalla listens on {_address(listening)}", file=sys.stderr, flush=True)
        stopped = asyncio.create_task(stopping.wait())
        await asyncio.wait({serving, stopped}, return_when=asyncio.FIRST_COMPLETED)
        server.stop_listening()
    await parts.stop_sockets()
    server.should_exit = True
    await asyncio.gather(serving, return_exceptions=True)
    await parts.stop()
    serving.result()  # a fault that ended the pages ends the process with its trace


def _stop_on_signals(server: Server) -> asyncio.Event:
    """Set at SIGTERM or SIGINT. A second one ends without waiting for pages under way."""
    stopping = asyncio.Event()

    def stop() -> None:
        server.force_exit = stopping.is_set()
        stopping.set()

    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop)
    return stopping


def _allow_many_sockets() -> None:
    """Each socket is an open file: take as many as the system gives, and promise no more than that."""
    from rinnalla.core.sockets import Socket

    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    with contextlib.suppress(ValueError, OSError):  # some systems name a limit that they do not grant
        resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
        soft = hard
    Socket.most_open = settings.MOST_SOCKETS
    if soft != resource.RLIM_INFINITY:
        Socket.most_open = max(1, min(Socket.most_open, soft - SPARE_FILES))


def _settle() -> None:
    """What is loaded now stays: the garbage collector need not walk it again while people talk."""
    gc.collect()
    gc.freeze()
    sys.setswitchinterval(SWITCH)


def _address(listening: socket.socket) -> str:
    host, port = listening.getsockname()[:2]
    if host in ("127.0.0.1", "::1", "0.0.0.0", "::"):  # noqa: S104  # compared, not listened on
        host = "localhost"
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"
