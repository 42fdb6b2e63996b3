"""A new model is taken up without a restart; a broken one is refused, and the old one goes on."""

import logging
import shutil
from pathlib import Path

import msgspec
import pytest
from planted import AS_OF

from backline_recommender import artefacts
from backline_recommender.artefacts import Pointer, read_pointer
from backline_recommender.serving import Serving


@pytest.fixture
def models(trained_models: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(trained_models, tmp_path / "models"))


def current(models: Path) -> str:
    pointer = read_pointer(models)
    assert pointer is not None
    return pointer.current


def another(models: Path) -> str:
    """The same model once more, under a version of its own."""
    artefact = artefacts.read(models, current(models))
    description = artefact.manifest.description
    later = msgspec.structs.replace(description, plays=1)
    return artefacts.write(models, later, artefact.arrays, artefact.blobs, AS_OF)


def spoil(models: Path, version: str) -> None:
    path = models / "versions" / version / "track_ids.npy"
    raw = bytearray(path.read_bytes())
    raw[-1] ^= 1
    path.chmod(0o644)
    path.write_bytes(raw)


def point_to(models: Path, version: str, previous: str | None) -> None:
    """As somebody would by hand, unchecked."""
    (models / "current").write_bytes(msgspec.json.encode(Pointer(version, previous)))


def test_a_new_model_serves_at_the_next_look(models: Path) -> None:
    serving = Serving(models)
    serving.refresh()
    before = serving.model
    assert before is not None
    artefacts.activate(models, another(models))
    serving.refresh()
    assert serving.model is not None
    assert serving.model.version == current(models) != before.version


def test_rolling_back_serves_the_previous_model(models: Path) -> None:
    first = current(models)
    artefacts.activate(models, another(models))
    serving = Serving(models)
    serving.refresh()
    artefacts.roll_back(models)
    serving.refresh()
    assert serving.model is not None
    assert serving.model.version == first


def test_a_spoilt_model_is_refused_and_the_old_one_goes_on(models: Path, caplog: pytest.LogCaptureFixture) -> None:
    first = current(models)
    serving = Serving(models)
    serving.refresh()
    second = another(models)
    spoil(models, second)
    point_to(models, second, first)
    with caplog.at_level(logging.ERROR):
        serving.refresh()
    assert serving.model is not None
    assert serving.model.version == first
    assert serving.refused is not None
    assert serving.refused.version == second
    assert "track_ids.npy was changed" in serving.refused.why
    assert f"{first} goes on serving" in caplog.text


def test_at_the_start_a_spoilt_model_gives_way_to_the_previous(models: Path) -> None:
    first = current(models)
    second = another(models)
    artefacts.activate(models, second)
    spoil(models, second)
    serving = Serving(models)
    serving.refresh()
    assert serving.model is not None
    assert serving.model.version == first
    assert serving.refused is not None
    assert serving.refused.version == second


def test_a_good_model_after_a_spoilt_one_clears_the_refusal(models: Path) -> None:
    first = current(models)
    serving = Serving(models)
    serving.refresh()
    second = another(models)
    (models / "versions" / second / "manifest.json").unlink()
    point_to(models, second, first)
    serving.refresh()
    assert serving.refused is not None
    point_to(models, first, None)
    serving.refresh()
    assert serving.refused is None


def test_a_pointer_that_is_garbage_changes_nothing(models: Path) -> None:
    serving = Serving(models)
    serving.refresh()
    before = serving.model
    (models / "current").write_bytes(b"\x00garbage")
    serving.refresh()
    serving.refresh()
    assert serving.model is before
    assert serving.refused is not None


def test_whole_files_that_do_not_fit_together_are_refused(models: Path) -> None:
    artefact = artefacts.read(models, current(models))
    arrays = {**artefact.arrays, "popularity": artefact.arrays["popularity"][:-1]}
    odd = artefacts.write(models, artefact.manifest.description, arrays, artefact.blobs, AS_OF)
    point_to(models, odd, current(models))
    serving = Serving(models)
    serving.refresh()
    assert serving.model is not None
    assert serving.model.version != odd
    assert serving.refused is not None
