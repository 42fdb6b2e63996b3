"""The command line: a table of commands, each in the module of its name."""

import argparse
import importlib
import os
import sys
from collections.abc import Sequence
from typing import Protocol, cast

from backline_recommender.refused import RefusedError

COMMANDS = {
    "evaluate": "train on one file of plays, rank for another, print the metrics",
    "rollback": "serve the model before the current one again",
    "serve": "answer the app's requests",
    "train": "train from exported plays and publish the model",
}
"""Name of a module of this package to what it does."""

REFUSED = 2
"""Exit status for bad input, as argparse has it for bad arguments."""


class Command(Protocol):
    """What the module of a command offers."""

    def add_arguments(self, parser: argparse.ArgumentParser, /) -> None: ...

    def run(self, arguments: argparse.Namespace, /) -> int:
        """Returns the exit status; raises RefusedError if what it was given is of no use."""
        ...


def _command(name: str) -> Command:
    return cast(Command, importlib.import_module(f"backline_recommender.{name}"))


def _parser(name: str | None) -> argparse.ArgumentParser:
    """Only the named command is imported, so that serving doesn't load what trains."""
    parser = argparse.ArgumentParser(prog="recommender", allow_abbrev=False)
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    for command, summary in COMMANDS.items():
        arguments = commands.add_parser(command, help=summary, description=summary, allow_abbrev=False)
        if command == name:
            _command(command).add_arguments(arguments)
    return parser


def main(argv: Sequence[str] | None = None) -> int:
    words = sys.argv[1:] if argv is None else argv
    name = next((word for word in words if not word.startswith("-")), None)
    arguments = _parser(name).parse_args(words)
    try:
        return _command(arguments.command).run(arguments)
    except RefusedError as refused:
        sys.stderr.write(f"recommender: {refused}\n")
        return REFUSED
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 141
