"""`serve`: the engine as a process. One worker; on loopback unless told otherwise."""

import argparse
import asyncio
import json
import logging
import socket
import sys
from pathlib import Path

import uvicorn
from threadpoolctl import threadpool_limits

from backline_recommender.app import engine_app
from backline_recommender.refused import RefusedError
from backline_recommender.serving import Serving

GRACE_SECONDS = 5
"""How long requests under way may take to end once the process was told to stop."""


class _Lines(logging.Formatter):
    """One JSON object a line."""

    def format(self, record: logging.LogRecord) -> str:
        line = {"level": record.levelname.lower(), "message": record.getMessage(), "from": record.name}
        if record.exc_info is not None:
            line["trace"] = self.formatException(record.exc_info)
        return json.dumps(line)


def _log_to_stderr(level: str) -> None:
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(_Lines())
    logging.basicConfig(level=level.upper(), handlers=[handler], force=True)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--models", type=Path, required=True, help="folder of the models")
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=0, help="0: one that the system chooses, as the first line says")
    parser.add_argument("--refresh-seconds", type=float, default=1.0, help="how often a new model is looked for")
    parser.add_argument("--log-level", default="info", choices=["debug", "info", "warning", "error"])
    parser.add_argument("--stop-with-stdin", action="store_true", help="stop when standard input ends")


class _Announced(uvicorn.Server):
    """Says on standard output, as one line of JSON, where it listens once it does."""

    def __init__(self, config: uvicorn.Config, listening: socket.socket) -> None:
        super().__init__(config)
        self._listening = listening

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        host, port = self._listening.getsockname()[:2]
        shown = f"[{host}]" if ":" in host else host
        sys.stdout.write(json.dumps({"listening": f"http://{shown}:{port}"}) + "\n")
        sys.stdout.flush()


async def _stop_with_stdin(server: uvicorn.Server) -> None:
    reader = asyncio.StreamReader()
    loop = asyncio.get_running_loop()
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
    while await reader.read(4_096):
        pass
    server.should_exit = True


async def _serve(server: uvicorn.Server, listening: socket.socket, stop_with_stdin: bool) -> None:
    watching = asyncio.create_task(_stop_with_stdin(server)) if stop_with_stdin else None
    await server.serve(sockets=[listening])
    if watching is not None:
        watching.cancel()


def run(arguments: argparse.Namespace) -> int:
    """Serves until SIGTERM or SIGINT, then lets requests end. Raises RefusedError where the address can't be had."""
    _log_to_stderr(arguments.log_level)
    family = socket.AF_INET6 if ":" in arguments.host else socket.AF_INET
    # asyncio turns Nagle's algorithm off, which costs 40 ms an answer, only where the protocol is named.
    listening = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind((arguments.host, arguments.port))
    except (OSError, OverflowError) as cause:
        raise RefusedError(f"can't listen on {arguments.host}:{arguments.port}: {cause}") from cause
    config = uvicorn.Config(
        engine_app(Serving(arguments.models), arguments.refresh_seconds),
        log_config=None,
        access_log=False,
        timeout_graceful_shutdown=GRACE_SECONDS,
        server_header=False,
        date_header=False,
    )
    with threadpool_limits(limits=1):
        asyncio.run(_serve(_Announced(config, listening), listening, arguments.stop_with_stdin))
    return 0
