import io
import json
import os
from datetime import UTC, datetime
from pathlib import Path

import msgspec
import numpy as np
import pytest

from backline_recommender import artefacts
from backline_recommender.artefacts import ArtefactError, Description, RollbackError

NOW = datetime(2026, 11, 22, 3, tzinfo=UTC)


def description(settings: int = 0) -> Description:
    return Description(
        trained_at="2026-11-22T03:00:00.000Z",
        trainer="local",
        family="ials",
        tracks=3,
        listeners=2,
        plays=9,
        data_through=None,
        settings={"n": settings},
        metrics={},
    )


def written(models: Path, number: int = 0) -> str:
    arrays = {"factors": np.arange(6, dtype=np.float32).reshape(3, 2), "track_ids": np.array([1, 2, 3])}
    return artefacts.write(models, description(number), arrays, {"neighbours.bin": b"abc"}, NOW)


def folder(models: Path, version: str) -> Path:
    return models / "versions" / version


def test_what_was_written_is_read(tmp_path: Path) -> None:
    artefact = artefacts.read(tmp_path, written(tmp_path))
    assert artefact.arrays["factors"].tolist() == [[0, 1], [2, 3], [4, 5]]
    assert artefact.arrays["factors"].dtype == np.float32
    assert artefact.blobs == {"neighbours.bin": b"abc"}
    assert artefact.manifest.description == description()


def test_arrays_cannot_be_written_to(tmp_path: Path) -> None:
    factors = artefacts.read(tmp_path, written(tmp_path)).arrays["factors"]
    with pytest.raises(ValueError, match="read-only"):
        factors[0, 0] = 7


def test_writing_makes_nothing_current(tmp_path: Path) -> None:
    written(tmp_path)
    assert artefacts.read_pointer(tmp_path) is None


def test_the_same_content_is_the_same_version(tmp_path: Path) -> None:
    assert written(tmp_path) == written(tmp_path)
    assert written(tmp_path) != written(tmp_path, 1)


def test_rolling_back_and_back_again(tmp_path: Path) -> None:
    first, second = written(tmp_path), written(tmp_path, 1)
    artefacts.activate(tmp_path, first)
    artefacts.activate(tmp_path, second)
    assert artefacts.roll_back(tmp_path) == first
    assert artefacts.read_pointer(tmp_path) == artefacts.Pointer(first, second)
    assert artefacts.roll_back(tmp_path) == second


def test_without_a_previous_model_there_is_nothing_to_roll_back_to(tmp_path: Path) -> None:
    with pytest.raises(RollbackError):
        artefacts.roll_back(tmp_path)
    artefacts.activate(tmp_path, written(tmp_path))
    with pytest.raises(RollbackError):
        artefacts.roll_back(tmp_path)


def test_a_broken_previous_model_is_not_rolled_back_to(tmp_path: Path) -> None:
    first, second = written(tmp_path), written(tmp_path, 1)
    artefacts.activate(tmp_path, first)
    artefacts.activate(tmp_path, second)
    (folder(tmp_path, first) / "factors.npy").unlink()
    with pytest.raises(RollbackError, match="broken"):
        artefacts.roll_back(tmp_path)
    assert artefacts.read_pointer(tmp_path) == artefacts.Pointer(second, first)


def test_previous_is_the_last_model_that_was_whole(tmp_path: Path) -> None:
    first, second, third = (written(tmp_path, number) for number in range(3))
    artefacts.activate(tmp_path, first)
    artefacts.activate(tmp_path, second)
    (folder(tmp_path, second) / "factors.npy").unlink()
    artefacts.activate(tmp_path, third)
    assert artefacts.read_pointer(tmp_path) == artefacts.Pointer(third, first)


def _changed(path: Path) -> None:
    raw = bytearray(path.read_bytes())
    raw[-1] ^= 1
    path.chmod(0o644)
    path.write_bytes(raw)


def _cut(path: Path) -> None:
    os.truncate(path, path.stat().st_size - 1)


@pytest.mark.parametrize("name", ["factors.npy", "track_ids.npy", "neighbours.bin", "manifest.json"])
@pytest.mark.parametrize("spoil", [_changed, _cut, Path.unlink])
def test_a_spoilt_file_is_refused_and_never_made_current(tmp_path: Path, name: str, spoil) -> None:  # type: ignore[no-untyped-def]
    good, bad = written(tmp_path), written(tmp_path, 1)
    artefacts.activate(tmp_path, good)
    spoil(folder(tmp_path, bad) / name)
    with pytest.raises(ArtefactError, match=bad):
        artefacts.activate(tmp_path, bad)
    assert artefacts.read_pointer(tmp_path) == artefacts.Pointer(good, None)


def test_a_schema_of_the_future_is_refused(tmp_path: Path) -> None:
    version = written(tmp_path)
    path = folder(tmp_path, version) / "manifest.json"
    manifest = json.loads(path.read_text()) | {"schema": artefacts.SCHEMA + 1}
    path.write_text(json.dumps(manifest))
    with pytest.raises(ArtefactError, match="schema"):
        artefacts.read(tmp_path, version)


def test_a_manifest_that_points_outside_is_refused(tmp_path: Path) -> None:
    (tmp_path / "secret").write_bytes(b"x")
    version = written(tmp_path)
    path = folder(tmp_path, version) / "manifest.json"
    manifest = json.loads(path.read_text())
    manifest["files"]["../../secret"] = {"sha256": "0" * 64, "bytes": 1}
    path.write_text(json.dumps(manifest))
    with pytest.raises(ArtefactError, match="can't name"):
        artefacts.read(tmp_path, version)


def test_pickled_arrays_are_refused() -> None:
    buffer = io.BytesIO()
    np.save(buffer, np.array([{"a": 1}], dtype=object), allow_pickle=True)
    with pytest.raises(ArtefactError, match="no plain array"):
        artefacts.npy_array("x.npy", buffer.getvalue())


def test_a_file_cut_short_is_said_to_be(tmp_path: Path) -> None:
    version = written(tmp_path)
    _cut(folder(tmp_path, version) / "factors.npy")
    with pytest.raises(ArtefactError, match=r"factors\.npy has 151 bytes, 152 were written"):
        artefacts.read(tmp_path, version)


@pytest.mark.parametrize("content", ["", "{}", "x", '{"current": "../../etc", "previous": null}'])
def test_a_pointer_to_nowhere_is_refused(tmp_path: Path, content: str) -> None:
    (tmp_path / "current").write_text(content)
    with pytest.raises(ArtefactError):
        artefacts.read_pointer(tmp_path)


def test_old_versions_go_and_the_two_that_matter_stay(tmp_path: Path) -> None:
    versions = []
    for number in range(artefacts.KEPT_VERSIONS + 4):
        versions.append(written(tmp_path, number))
        artefacts.activate(tmp_path, versions[-1])
    stored = {path.name for path in (tmp_path / "versions").iterdir()}
    assert len(stored) == artefacts.KEPT_VERSIONS
    assert {versions[-1], versions[-2]} <= stored


def test_what_a_killed_writer_left_is_removed(tmp_path: Path) -> None:
    left = tmp_path / "versions" / ".20261122T030000Z-00000000"
    left.mkdir(parents=True)
    (left / "half.npy").write_bytes(b"x")
    written(tmp_path)
    assert not left.exists()


def test_the_manifest_says_what_each_file_is(tmp_path: Path) -> None:
    manifest = msgspec.json.decode((folder(tmp_path, written(tmp_path)) / "manifest.json").read_bytes())
    assert set(manifest["files"]) == {"factors.npy", "track_ids.npy", "neighbours.bin"}
    assert all(len(file["sha256"]) == 64 for file in manifest["files"].values())
