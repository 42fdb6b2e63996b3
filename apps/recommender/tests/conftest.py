import os
from pathlib import Path

import pytest


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Writes how many tests passed and failed into the folder TEST_COUNTS names, for whoever adds up all runners."""
    folder = os.environ.get("TEST_COUNTS")
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    if folder is None or reporter is None:
        return
    stats = reporter.stats
    Path(folder, "pytest.passed").write_text(f"{len(stats.get('passed', []))}\n")
    Path(folder, "pytest.failed").write_text(f"{len(stats.get('failed', [])) + len(stats.get('error', []))}\n")
