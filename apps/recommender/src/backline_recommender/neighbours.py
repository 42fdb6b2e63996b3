"""`item_neighbours.bin`: each track's nearest, for the app to read when the engine is away.

`BLNEIGH1`, the header's length as uint32, the header as JSON, then the arrays that `contract.json` names,
little-endian, each at a multiple of 8 bytes from the file's start.
"""

import hashlib
import struct
from collections.abc import Mapping
from typing import Any

import msgspec
import numpy as np
from numpy.typing import NDArray

from backline_recommender.artefacts import ArtefactError
from backline_recommender.wire import contract

FILE = "item_neighbours.bin"
MAGIC = b"BLNEIGH1"
_DTYPES = {"float64": "<f8", "float32": "<f4", "uint32": "<u4"}
_PREFIX = struct.Struct("<8sI")

Arrays = Mapping[str, NDArray[Any]]


class Placed(msgspec.Struct, frozen=True):
    type: str
    offset: int
    length: int


class Header(msgspec.Struct, frozen=True, rename="camel"):
    trained_at: str
    arrays: dict[str, Placed]
    sha256: str


def _padded(length: int) -> int:
    return -(-length // 8) * 8


def _declared() -> dict[str, str]:
    return {name: shape["type"] for name, shape in contract()["x-files"]["neighbours"].items()}


def to_bytes(trained_at: str, arrays: Arrays) -> bytes:
    types = _declared()
    if set(arrays) != set(types):
        raise ValueError(f"the arrays are {sorted(types)}, not {sorted(arrays)}")
    raw = {name: np.ascontiguousarray(arrays[name], dtype=_DTYPES[types[name]]).tobytes() for name in types}
    body = b"".join(content.ljust(_padded(len(content)), b"\0") for content in raw.values())
    digest = hashlib.sha256(body).hexdigest()

    def header_at(start: int) -> bytes:
        placed, offset = {}, start
        for name, content in raw.items():
            placed[name] = Placed(types[name], offset, len(arrays[name]))
            offset += _padded(len(content))
        return msgspec.json.encode(Header(trained_at, placed, digest))

    room = _padded(_PREFIX.size + len(header_at(2**53)))
    header = header_at(room).ljust(room - _PREFIX.size)
    return _PREFIX.pack(MAGIC, len(header)) + header + body


def from_bytes(raw: bytes) -> tuple[Header, dict[str, NDArray[Any]]]:
    """Raises ArtefactError."""
    try:
        magic, length = _PREFIX.unpack_from(raw)
        header = msgspec.json.decode(raw[_PREFIX.size : _PREFIX.size + length], type=Header)
    except (struct.error, msgspec.MsgspecError) as cause:
        raise ArtefactError(f"{FILE}: no header: {cause}") from cause
    if magic != MAGIC or hashlib.sha256(raw[_PREFIX.size + length :]).hexdigest() != header.sha256:
        raise ArtefactError(f"{FILE}: not as it was written")
    return header, {
        name: np.frombuffer(raw, _DTYPES[placed.type], placed.length, placed.offset)
        for name, placed in header.arrays.items()
    }
