from pathlib import Path

import numpy as np
import soundfile
from planted import write_tracks

from backline_recommender.catalogue import read_catalogue
from backline_recommender.content import content_of

SECOND = 22_050


def catalogue_with(export: Path, paths: list[str | None]) -> Path:
    rows = [
        {"track_id": number + 1, "artist_id": 1, "tags": ["dub", "live" if number % 2 else "tape"], "audio_path": path}
        for number, path in enumerate(paths)
    ]
    write_tracks(export, rows)
    return export


def test_without_sounds_tracks_are_their_tags(tmp_path: Path) -> None:
    content = content_of(read_catalogue(catalogue_with(tmp_path, [None] * 6)), tmp_path, tmp_path / "sounds")
    assert content.features.shape[0] == 6
    assert content.artists.tolist() == [1] * 6
    assert not (tmp_path / "sounds").exists()


def test_sounds_are_beside_the_tags_and_heard_once(tmp_path: Path) -> None:
    for name, pitch in (("low", 110.0), ("high", 1_760.0)):
        wave = np.sin(np.arange(3 * SECOND) * 2 * np.pi * pitch / SECOND)
        soundfile.write(tmp_path / f"{name}.wav", wave, SECOND)
    paths = ["low.wav", str(tmp_path / "high.wav"), "missing.wav", None, None, None]
    catalogue = read_catalogue(catalogue_with(tmp_path, paths))
    silent = content_of(read_catalogue(catalogue_with(tmp_path, [None] * 6)), tmp_path, tmp_path / "sounds")
    content = content_of(catalogue, tmp_path, tmp_path / "sounds")
    tags = silent.features.shape[1]
    heard = (content.features[:, tags:].toarray() != 0).any(axis=1)
    assert heard.tolist() == [True, True, False, False, False, False]
    kept = sorted((tmp_path / "sounds").rglob("*.npy"))
    assert len(kept) == 2
    before = [path.stat().st_mtime_ns for path in kept]
    content_of(catalogue, tmp_path, tmp_path / "sounds")
    assert [path.stat().st_mtime_ns for path in kept] == before
