from pathlib import Path

import numpy as np
import pytest
import soundfile

from backline_recommender.audio_features import (
    DIMENSIONS,
    EXTRACTOR,
    AudioError,
    audio_features,
    audio_vectors,
    embedding,
)

RATE_HZ = 22_050


def _tone(path: Path, hertz: float, seconds: float = 2.0, noise: float = 0.0) -> Path:
    times = np.arange(int(seconds * RATE_HZ)) / RATE_HZ
    sound = 0.5 * np.sin(2 * np.pi * hertz * times) + noise * np.random.default_rng(0).standard_normal(len(times))
    soundfile.write(path, sound, RATE_HZ)
    return path


def test_alike_sounds_are_nearer_than_unlike_ones(tmp_path: Path) -> None:
    paths = [
        _tone(tmp_path / "low.wav", 220),
        _tone(tmp_path / "lower.wav", 215),
        _tone(tmp_path / "noise.wav", 3_000, noise=0.3),
    ]
    features = audio_features(audio_vectors(paths, tmp_path / "cache")).toarray()
    near, far = features[0] @ features[1], features[0] @ features[2]
    assert near > far
    assert np.linalg.norm(features, axis=1) == pytest.approx(np.ones(3))


def test_silence_and_stereo_are_described(tmp_path: Path) -> None:
    soundfile.write(tmp_path / "silent.flac", np.zeros((2 * RATE_HZ, 2)), RATE_HZ)
    vector = embedding(tmp_path / "silent.flac")
    assert vector.shape == (DIMENSIONS,)
    assert np.isfinite(vector).all()


def test_what_is_no_sound_is_refused(tmp_path: Path) -> None:
    (tmp_path / "broken.mp3").write_bytes(b"no music" * 100)
    with pytest.raises(AudioError, match="can't be read"):
        embedding(tmp_path / "broken.mp3")
    with pytest.raises(AudioError, match="no second"):
        embedding(_tone(tmp_path / "short.wav", 440, seconds=0.2))


def test_tracks_without_sound_have_empty_rows_and_a_warning(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    (tmp_path / "broken.wav").write_bytes(b"RIFF")
    paths = [None, tmp_path / "broken.wav", tmp_path / "missing.wav", _tone(tmp_path / "tone.wav", 440)]
    vectors = audio_vectors(paths, tmp_path / "cache")
    assert np.isnan(vectors[:3]).all()
    assert np.isfinite(vectors[3]).all()
    assert len(caplog.records) == 2
    assert not audio_features(vectors)[:3].toarray().any()


def test_of_many_new_sounds_the_last_are_heard_first_and_the_rest_the_next_time(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    paths = [_tone(tmp_path / f"{hertz}.wav", hertz) for hertz in (220, 330, 440)]
    heard = [np.isfinite(audio_vectors(paths, tmp_path / "cache", new_sounds=1)).all(axis=1) for _ in range(3)]
    assert np.array(heard).tolist() == [[False, False, True], [False, True, True], [True, True, True]]
    assert "2 tracks go without their sound" in caplog.text


def test_a_vector_is_computed_once_for_the_same_bytes(tmp_path: Path) -> None:
    cache = tmp_path / "cache"
    first = audio_vectors([_tone(tmp_path / "tone.wav", 440)], cache)
    (kept,) = (cache / EXTRACTOR).glob("*.npy")
    np.save(kept, np.zeros(DIMENSIONS, dtype=np.float32))
    _tone(tmp_path / "copy.wav", 440)
    assert not audio_vectors([tmp_path / "copy.wav"], cache).any()
    assert first.any()
    assert [path.name for path in kept.parent.iterdir()] == [kept.name]


def test_a_preview_as_the_platform_makes_it_is_heard(tmp_path: Path) -> None:
    times = np.arange(2 * 48_000) / 48_000
    soundfile.write(tmp_path / "preview", np.sin(2 * np.pi * 440 * times), 48_000, format="OGG", subtype="OPUS")
    assert np.isfinite(embedding(tmp_path / "preview")).all()
