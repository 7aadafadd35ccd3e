"""Several processes of one hub on one socket and one ledger; one that dies is replaced."""

import os
import signal
import socket
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from multiprocessing import get_context, parent_process
from multiprocessing.connection import wait
from multiprocessing.context import SpawnProcess
from pathlib import Path
from types import FrameType

from comity.errors import Refused
from comity.hub.ledger.opening import open_ledger
from comity.hub.peers import joined
from comity.hub.serve import GRACE, Options, log_to_stderr, serve, server

SPAWN = get_context("spawn")
LOOK = 0.5  # seconds between two looks whether to stop
FALLS = 5  # processes that may die before one has lived for as many looks; more: it does not help to start others


def check(options: Options) -> None:
    """Say what is wrong with the ledger, the certificate or the hubs to meet before anything listens."""
    server(options).close()
    with closing(open_ledger(options.database)) as ledger:
        for url in options.peers:
            joined(ledger, url)


def serve_all(options: Options, listening: socket.socket) -> None:
    """Answer in as many processes as asked for, until told to stop, and meet other hubs in this one."""
    with _meeting(options):
        if options.processes == 1:
            serve(options, listening)
        else:
            _serve_many(options, listening)


@contextmanager
def _meeting(options: Options) -> Iterator[None]:
    if not options.peers:
        yield
        return
    from comity.hub.peering import meeting
    from comity.sync.http import Tls

    log_to_stderr()
    ca, cert, key = (Path(each) if each else None for each in (options.peer_ca, options.peer_cert, options.peer_key))
    with (
        closing(open_ledger(options.database)) as ledger,
        meeting(ledger, options.peers, Tls(ca, cert, key), options.limits),
    ):
        yield


def _serve_many(options: Options, listening: socket.socket) -> None:
    stop = threading.Event()

    def told(number: int, frame: FrameType | None) -> None:
        stop.set()

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, told)
    _run(options, listening, stop)


def _run(options: Options, listening: socket.socket, stop: threading.Event) -> None:
    running = [_start(options, listening) for _ in range(options.processes)]
    falls = 0
    try:
        while not stop.is_set():
            dead = wait([each.sentinel for each in running], LOOK)
            falls = falls + len(dead) if dead else max(0, falls - 1)
            if falls > FALLS:
                raise Refused("The processes of the hub die as soon as they start.", hint="Its log says why.")
            if not stop.is_set():
                running = [_start(options, listening) if each.sentinel in dead else each for each in running]
    finally:
        _end(running)


def _start(options: Options, listening: socket.socket) -> SpawnProcess:
    process = SPAWN.Process(target=_child, args=(options, listening))
    process.start()
    return process


def _end(running: list[SpawnProcess]) -> None:
    for each in running:
        each.terminate()
    for each in running:
        each.join(GRACE + 5)
        each.kill()


def _child(options: Options, listening: socket.socket) -> None:
    threading.Thread(target=_follow, daemon=True).start()
    serve(options, listening)


def _follow() -> None:
    """Stop when the process that started this one is no more, however it ended."""
    parent = parent_process()
    if parent is not None:
        wait([parent.sentinel])
        os.kill(os.getpid(), signal.SIGTERM)
