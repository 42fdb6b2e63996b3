"""Models as they lie on disk: immutable directories, each file of which is vouched for by its SHA-256.

    MODELS/current                       {"current": VERSION, "previous": VERSION or null}
    MODELS/versions/VERSION/manifest.json
    MODELS/versions/VERSION/*.npy, and files of other kinds

`current` is replaced by one rename, so whoever reads it sees the old model or the new one. Nothing is pickled.
"""

import fcntl
import hashlib
import io
import os
import re
import shutil
import uuid
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
from numpy.typing import NDArray

from backline_recommender.refused import RefusedError

SCHEMA = 1
VERSION = re.compile(r"\d{8}T\d{6}Z-[0-9a-f]{8}")
FILE_NAME = re.compile(r"[a-z0-9][a-z0-9_.-]*")
KEPT_VERSIONS = 5
"""How many versions stay on disk, the current and the previous always among them."""

Array = NDArray[Any]


class ArtefactError(Exception):
    """The files are not those that were written: missing, cut short, changed, or of a shape nobody here knows."""


class RollbackError(RefusedError):
    """There is no previous model, or it is gone."""


class StoredFile(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    sha256: str
    bytes: int


class Description(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What a model says of itself. Times are RFC 3339 in UTC."""

    trained_at: str
    trainer: str
    family: str
    tracks: int
    listeners: int
    plays: int
    data_through: str | None
    settings: dict[str, float | int | str | bool | None]
    metrics: dict[str, float]


class Manifest(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    schema: int
    version: str
    parent: str | None
    description: Description
    files: dict[str, StoredFile]


class Pointer(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    current: str
    previous: str | None


class Artefact(msgspec.Struct, frozen=True):
    """A model's files, read once and found whole. The arrays can't be written to."""

    manifest: Manifest
    arrays: dict[str, Array]
    blobs: dict[str, bytes]

    @property
    def version(self) -> str:
        return self.manifest.version


def npy_bytes(array: Array) -> bytes:
    buffer = io.BytesIO()
    np.lib.format.write_array(buffer, np.ascontiguousarray(array), version=(1, 0), allow_pickle=False)
    return buffer.getvalue()


def npy_array(name: str, raw: bytes) -> Array:
    """The array in the bytes of a .npy file, without a copy and read-only."""
    buffer = io.BytesIO(raw)
    try:
        np.lib.format.read_magic(buffer)
        shape, fortran_order, dtype = np.lib.format.read_array_header_1_0(buffer)
        if dtype.hasobject or fortran_order:
            raise ArtefactError(f"{name} is no plain array")
        return np.frombuffer(raw, dtype=dtype, offset=buffer.tell()).reshape(shape)
    except ValueError as cause:
        raise ArtefactError(f"{name} is no array: {cause}") from cause


def _sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _write_durably(path: Path, content: bytes) -> None:
    with path.open("xb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())


def _versions(models: Path) -> Path:
    return models / "versions"


def read_pointer(models: Path) -> Pointer | None:
    """None where nothing was ever trained."""
    try:
        raw = (models / "current").read_bytes()
    except FileNotFoundError:
        return None
    try:
        pointer = msgspec.json.decode(raw, type=Pointer)
    except msgspec.MsgspecError as cause:
        raise ArtefactError(f"{models / 'current'} is no pointer: {cause}") from cause
    for version in (pointer.current, pointer.previous):
        if version is not None and VERSION.fullmatch(version) is None:
            raise ArtefactError(f"{models / 'current'} names no version")
    return pointer


def _replace_pointer(models: Path, pointer: Pointer) -> None:
    written = models / f".current-{uuid.uuid4().hex}"
    _write_durably(written, msgspec.json.encode(pointer))
    written.rename(models / "current")
    _sync_folder(models)


def _pointer_or_none(models: Path) -> Pointer | None:
    try:
        return read_pointer(models)
    except ArtefactError:
        return None


@contextmanager
def _alone(models: Path) -> Iterator[Path]:
    """The folder of versions, with no other process writing there; what a killed one left unfinished is gone."""
    home = _versions(models)
    home.mkdir(parents=True, exist_ok=True)
    with (models / ".writing").open("wb") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        for unfinished in home.glob(".*"):
            shutil.rmtree(unfinished)
        yield home


def _write_folder(home: Path, manifest: Manifest, contents: Mapping[str, bytes]) -> None:
    unfinished = home / f".{manifest.version}"
    unfinished.mkdir()
    for name, raw in contents.items():
        _write_durably(unfinished / name, raw)
        (unfinished / name).chmod(0o444)
    _write_durably(unfinished / "manifest.json", msgspec.json.format(msgspec.json.encode(manifest), indent=2))
    _sync_folder(unfinished)
    unfinished.rename(home / manifest.version)
    _sync_folder(home)


def write(
    models: Path, description: Description, arrays: Mapping[str, Array], blobs: Mapping[str, bytes], now: datetime
) -> str:
    """Stores a model beside the others without making it current; returns its version."""
    contents = {f"{name}.npy": npy_bytes(array) for name, array in arrays.items()} | dict(blobs)
    for name in contents:
        if FILE_NAME.fullmatch(name) is None or name == "manifest.json":
            raise ValueError(f"{name!r} can't name a file of a model")
    files = {name: StoredFile(hashlib.sha256(raw).hexdigest(), len(raw)) for name, raw in sorted(contents.items())}
    digest = hashlib.sha256(msgspec.json.encode([files, description])).hexdigest()
    version = f"{now:%Y%m%dT%H%M%SZ}-{digest[:8]}"
    pointer = _pointer_or_none(models)
    manifest = Manifest(
        schema=SCHEMA,
        version=version,
        parent=None if pointer is None else pointer.current,
        description=description,
        files=files,
    )

    with _alone(models) as home:
        if not (home / version).exists():
            _write_folder(home, manifest, contents)
    return version


def _read_manifest(folder: Path) -> Manifest:
    try:
        manifest = msgspec.json.decode((folder / "manifest.json").read_bytes(), type=Manifest)
    except (OSError, msgspec.MsgspecError) as cause:
        raise ArtefactError(f"{folder.name}: no manifest that can be read: {cause}") from cause
    if manifest.schema != SCHEMA:
        raise ArtefactError(f"{folder.name}: written in schema {manifest.schema}, read in schema {SCHEMA}")
    if manifest.version != folder.name:
        raise ArtefactError(f"{folder.name}: its manifest is of {manifest.version}")
    return manifest


def _read_file(folder: Path, name: str, stored: StoredFile) -> bytes:
    if FILE_NAME.fullmatch(name) is None:
        raise ArtefactError(f"{folder.name}: {name!r} can't name a file of a model")
    try:
        raw = (folder / name).read_bytes()
    except OSError as cause:
        raise ArtefactError(f"{folder.name}: {name} can't be read: {cause}") from cause
    if len(raw) != stored.bytes:
        raise ArtefactError(f"{folder.name}: {name} has {len(raw)} bytes, {stored.bytes} were written")
    if hashlib.sha256(raw).hexdigest() != stored.sha256:
        raise ArtefactError(f"{folder.name}: {name} was changed since it was written")
    return raw


def read(models: Path, version: str) -> Artefact:
    """The model with every byte checked. Raises ArtefactError."""
    folder = _versions(models) / version
    manifest = _read_manifest(folder)
    raw = {name: _read_file(folder, name, stored) for name, stored in manifest.files.items()}
    return Artefact(
        manifest=manifest,
        arrays={
            name.removesuffix(".npy"): npy_array(name, content)
            for name, content in raw.items()
            if name.endswith(".npy")
        },
        blobs={name: content for name, content in raw.items() if not name.endswith(".npy")},
    )


def _prune(models: Path, pointer: Pointer) -> None:
    kept = {pointer.current, pointer.previous}
    stored = sorted(path for path in _versions(models).iterdir() if VERSION.fullmatch(path.name) is not None)
    for path in [path for path in stored if path.name not in kept][: max(0, len(stored) - KEPT_VERSIONS)]:
        shutil.rmtree(path)


def _last_good(models: Path, pointer: Pointer) -> str | None:
    try:
        return read(models, pointer.current).version
    except ArtefactError:
        return pointer.previous


def activate(models: Path, version: str) -> None:
    """Makes a model current once all of it was read and found whole. Raises ArtefactError."""
    read(models, version)
    pointer = _pointer_or_none(models)
    if pointer is not None and pointer.current == version:
        return
    moved = Pointer(version, None if pointer is None else _last_good(models, pointer))
    _replace_pointer(models, moved)
    _prune(models, moved)


def roll_back(models: Path) -> str:
    """Makes the previous model current again and returns its version; done twice, it is as it was."""
    pointer = read_pointer(models)
    if pointer is None or pointer.previous is None:
        raise RollbackError("there is no previous model")
    try:
        read(models, pointer.previous)
    except ArtefactError as cause:
        raise RollbackError(f"the previous model is broken: {cause}") from cause
    _replace_pointer(models, Pointer(pointer.previous, pointer.current))
    return pointer.previous
