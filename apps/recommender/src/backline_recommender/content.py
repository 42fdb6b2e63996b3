"""What the tracks of a catalogue are: their tags, their artists, and how they sound where the engine may hear them."""

from pathlib import Path

from backline_recommender.catalogue import Catalogue
from backline_recommender.cold_items import Content, joined_features, tag_counts, tag_features


def content_of(catalogue: Catalogue, export: Path, sounds: Path) -> Content:
    """`sounds` keeps what was heard once; paths in the catalogue are from the export's folder, unless absolute."""
    tags = tag_features(tag_counts(catalogue.tags))
    if not any(catalogue.audio_paths):
        return Content(tags, catalogue.artist_ids)
    from backline_recommender.audio_features import audio_features, audio_vectors

    paths = [None if path is None else export / path for path in catalogue.audio_paths]
    return Content(joined_features(tags, audio_features(audio_vectors(paths, sounds))), catalogue.artist_ids)
