"""The engine as a process."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
from planted import AS_OF, TwoTastes

PATIENCE_SECONDS = 60
SOURCES = Path(__file__).parents[1] / "src"
ENVIRONMENT = os.environ | {"PYTHONPATH": str(SOURCES)}


def command(*words: str) -> list[str]:
    return [sys.executable, "-m", "backline_recommender", *words]


def answered(url: str, body: Any = None) -> httpx.Response:
    method = "GET" if body is None else "POST"
    return httpx.request(method, url, json=body, timeout=PATIENCE_SECONDS)


@contextmanager
def engine(models: Path, *words: str) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """The process, and where it listens."""
    with subprocess.Popen(
        command("serve", "--models", str(models), *words),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=ENVIRONMENT,
    ) as process:
        try:
            assert process.stdout is not None
            yield process, json.loads(process.stdout.readline())["listening"]
        finally:
            process.kill()


def test_it_says_where_it_listens_answers_and_stops_when_told(trained_models: Path, planted: TwoTastes) -> None:
    with engine(trained_models) as (process, url):
        assert url.startswith("http://127.0.0.1:")
        recent = [{"trackId": track, "startedAt": "2026-11-22T12:00:00Z"} for track in planted.heard[0]]
        assert len(answered(f"{url}/v1/for-you", {"recent": recent, "limit": 10}).json()["items"]) == 10
        process.send_signal(signal.SIGTERM)
        assert process.wait(PATIENCE_SECONDS) in (0, -signal.SIGTERM)


def test_it_stops_with_its_parent(trained_models: Path) -> None:
    with engine(trained_models, "--stop-with-stdin") as (process, _):
        assert process.stdin is not None
        process.stdin.close()
        assert process.wait(PATIENCE_SECONDS) == 0


def test_it_serves_before_there_is_a_model(tmp_path: Path) -> None:
    with engine(tmp_path / "none") as (_, url):
        assert answered(f"{url}/v1/status").json() == {"model": None, "refused": None}
        assert answered(f"{url}/v1/for-you", {"recent": []}).status_code == 503


def test_a_port_that_is_taken_is_one_clear_line(trained_models: Path) -> None:
    with engine(trained_models) as (_, url):
        port = url.rsplit(":", 1)[1]
        second = subprocess.run(
            command("serve", "--models", str(trained_models), "--port", port),
            capture_output=True,
            text=True,
            env=ENVIRONMENT,
            timeout=PATIENCE_SECONDS,
            check=False,
        )
    assert second.returncode == 2
    assert second.stderr.strip().splitlines()[-1].startswith("recommender: can't listen on 127.0.0.1:")


def test_the_commands_train_and_roll_back(tmp_path: Path, planted: TwoTastes) -> None:
    export, models = planted.write(tmp_path / "export"), tmp_path / "models"

    def printed(*words: str) -> Any:
        run = subprocess.run(
            command(*words),
            capture_output=True,
            text=True,
            env=ENVIRONMENT,
            timeout=PATIENCE_SECONDS,
            check=False,
        )
        assert run.returncode == 0, run.stderr
        return json.loads(run.stdout)

    def trained(hour: int) -> str:
        as_of = AS_OF.replace(hour=hour).isoformat()
        version: str = printed("train", "--export", str(export), "--models", str(models), "--as-of", as_of)["version"]
        return version

    first, second = trained(13), trained(14)
    assert first != second
    assert printed("rollback", "--models", str(models)) == {"version": first}
    assert json.loads((models / "current").read_text()) == {"current": first, "previous": second}


def test_a_broken_export_is_one_clear_line_that_names_the_file(tmp_path: Path) -> None:
    (tmp_path / "export").mkdir()
    (tmp_path / "export" / "tracks.parquet").write_bytes(b"PAR1 but no more")
    run = subprocess.run(
        command("train", "--export", str(tmp_path / "export"), "--models", str(tmp_path / "models")),
        capture_output=True,
        text=True,
        env=ENVIRONMENT,
        timeout=PATIENCE_SECONDS,
        check=False,
    )
    assert run.returncode == 2
    assert "tracks.parquet" in run.stderr
    assert "Traceback" not in run.stderr
    assert not (tmp_path / "models" / "current").exists()
