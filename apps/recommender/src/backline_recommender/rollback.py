"""`rollback`: the model before the current one serves again. Done twice, all is as it was."""

import argparse
import json
import sys
from pathlib import Path

from backline_recommender.artefacts import roll_back


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--models", type=Path, required=True, help="folder of the models")


def run(arguments: argparse.Namespace) -> int:
    """Raises RollbackError where there is no previous model, or it is broken."""
    sys.stdout.write(json.dumps({"version": roll_back(arguments.models)}) + "\n")
    return 0
