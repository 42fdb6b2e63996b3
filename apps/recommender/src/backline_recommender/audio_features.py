"""How a recording sounds, as numbers: timbre, harmony, dynamics and tempo of its middle, by librosa."""

import hashlib
import logging
import os
from collections.abc import Sequence
from pathlib import Path

import librosa
import numpy as np
import scipy.sparse as sp
import soundfile

from backline_recommender.arrays import Csr, Float32, Float64
from backline_recommender.cold_items import unit_rows

log = logging.getLogger(__name__)

EXTRACTOR = "librosa-v1"
"""Changes with anything that changes a number; vectors of different extractors don't compare."""
DIMENSIONS = 101
SAMPLE_RATE_HZ = 22_050
CLIP_SECONDS = 30.0
SHORTEST_SECONDS = 1.0
CLIPPED_AT = 3.0
"""Standard deviations."""
NEW_SOUNDS = 1_000
"""How many are listened to in one training, at half a second of a core each; the rest the next times."""


class AudioError(Exception):
    """The file holds no sound that can be read, or too little."""


def _middle(path: Path) -> Float32:
    """[samples] Mono, at most CLIP_SECONDS."""
    try:
        length = soundfile.info(str(path)).duration
        start = max(0.0, (length - CLIP_SECONDS) / 2)
        samples, _ = librosa.load(path, sr=SAMPLE_RATE_HZ, mono=True, offset=start, duration=CLIP_SECONDS)
    except (OSError, RuntimeError, ValueError) as cause:
        raise AudioError(f"{path} can't be read as audio: {cause}") from cause
    if len(samples) < SHORTEST_SECONDS * SAMPLE_RATE_HZ or not np.isfinite(samples).all():
        raise AudioError(f"{path} has no second of sound")
    return np.asarray(samples, dtype=np.float32)


def embedding(path: Path) -> Float32:
    """[DIMENSIONS] Mean and standard deviation over time of each feature, and the tempo. Raises AudioError."""
    samples = _middle(path)
    magnitudes = np.abs(librosa.stft(samples))
    chroma = librosa.feature.chroma_stft(S=magnitudes**2, sr=SAMPLE_RATE_HZ, tuning=0.0)
    over_time = [
        librosa.feature.mfcc(y=samples, sr=SAMPLE_RATE_HZ, n_mfcc=20),
        chroma,
        librosa.feature.spectral_contrast(S=magnitudes, sr=SAMPLE_RATE_HZ),
        librosa.feature.tonnetz(chroma=chroma, sr=SAMPLE_RATE_HZ),
        librosa.feature.rms(S=magnitudes),
        librosa.feature.zero_crossing_rate(samples),
        librosa.feature.spectral_centroid(S=magnitudes, sr=SAMPLE_RATE_HZ),
        librosa.feature.spectral_bandwidth(S=magnitudes, sr=SAMPLE_RATE_HZ),
        librosa.feature.spectral_rolloff(S=magnitudes, sr=SAMPLE_RATE_HZ),
    ]
    summed = [summary(feature, axis=1) for feature in over_time for summary in (np.mean, np.std)]
    tempo = librosa.feature.tempo(y=samples, sr=SAMPLE_RATE_HZ)
    vector = np.concatenate([*summed, tempo[:1]]).astype(np.float32)
    if vector.shape != (DIMENSIONS,) or not np.isfinite(vector).all():
        raise AudioError(f"{path} has sound that can't be described")
    return vector


def _place(path: Path, cache: Path) -> Path:
    """Where a vector is kept: under its extractor and the digest of the file that it was made from."""
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    return cache / EXTRACTOR / f"{digest}.npy"


def _keep(vector: Float32, place: Path) -> None:
    place.parent.mkdir(parents=True, exist_ok=True)
    unfinished = place.with_name(f".{os.getpid()}-{place.name}")
    np.save(unfinished, vector, allow_pickle=False)
    unfinished.rename(place)


def audio_vectors(paths: Sequence[Path | None], cache: Path, new_sounds: int = NEW_SOUNDS) -> Float32:
    """
    [tracks, DIMENSIONS] A row of NaN where there is no file, or none that can be read, which is logged.

    At most `new_sounds` files that aren't in the cache are listened to, the last ones first; the others have to wait.
    """
    vectors = np.full((len(paths), DIMENSIONS), np.nan, dtype=np.float32)
    listened, left = 0, 0
    for row, path in reversed(list(enumerate(paths))):
        if path is None:
            continue
        try:
            place = _place(path, cache)
            if place.exists():
                vectors[row] = np.load(place, allow_pickle=False)
            elif listened < new_sounds:
                listened += 1
                vectors[row] = embedding(path)
                _keep(vectors[row], place)
            else:
                left += 1
        except (AudioError, OSError) as cause:
            log.warning("a track goes without its sound: %s", cause)
    if left > 0:
        log.warning("%d tracks go without their sound until the next training", left)
    return vectors


def audio_features(vectors: Float32) -> Csr:
    """tracks × DIMENSIONS: standardised over the tracks that are known, in rows of unit length; else empty rows"""
    known = np.isfinite(vectors).all(axis=1)
    standard: Float64 = np.zeros(vectors.shape)
    if known.any():
        of_known = vectors[known].astype(np.float64)
        spread = of_known.std(axis=0)
        centred = (of_known - of_known.mean(axis=0)) / np.where(spread > 0, spread, np.inf)
        standard[known] = np.clip(centred, -CLIPPED_AT, CLIPPED_AT)
    return unit_rows(sp.csr_array(standard.astype(np.float32)))
