"""The model that answers now, and its replacement without a pause by whatever `current` points to."""

import asyncio
import gc
import logging
from dataclasses import dataclass
from pathlib import Path

from backline_recommender.artefacts import ArtefactError, Pointer, read, read_pointer
from backline_recommender.model import Model
from backline_recommender.problems import one_line
from backline_recommender.wire import RefusedModel

log = logging.getLogger(__name__)


@dataclass
class Serving:
    """`model` is replaced whole: a request that took hold of one keeps it to its end."""

    models: Path
    model: Model | None = None
    refused: RefusedModel | None = None
    _seen: Pointer | None = None

    def refresh(self) -> None:
        """Looks where `current` points; a broken model is refused, and what serves goes on serving."""
        try:
            pointer = read_pointer(self.models)
        except ArtefactError as cause:
            self._refuse("current", cause)
            return
        if pointer is None or pointer == self._seen:
            return
        self._seen = pointer
        candidates = [pointer.current] if self.model is not None else [pointer.current, pointer.previous]
        for version in [version for version in candidates if version is not None]:
            if self._take(version):
                break

    def _take(self, version: str) -> bool:
        if self.model is not None and self.model.version == version:
            self.refused = None
            return True
        try:
            model = Model.of(read(self.models, version))
        except ArtefactError as cause:
            self._refuse(version, cause)
            return False
        self.model = model
        if self._seen is not None and version == self._seen.current:
            self.refused = None
        gc.collect()
        gc.freeze()
        log.info("serving model %s, trained %s, %d tracks", version, model.trained_at, model.tracks.size)
        return True

    def _refuse(self, version: str, cause: ArtefactError) -> None:
        refused = RefusedModel(version=version, why=one_line(str(cause), 500))
        if refused == self.refused:
            return
        self.refused = refused
        served = "no model" if self.model is None else self.model.version
        log.error("model %s is refused, %s goes on serving: %s", version, served, refused.why)


async def keep_fresh(serving: Serving, every_seconds: float) -> None:
    """Until cancelled. Loading happens in a thread beside the one that answers."""
    while True:
        await asyncio.sleep(every_seconds)
        try:
            await asyncio.to_thread(serving.refresh)
        except OSError:
            log.exception("the folder of models can't be read")
