from pathlib import Path

import pytest
from hypothesis import settings
from planted import AS_OF, TwoTastes, two_tastes

from backline_recommender.artefacts import read
from backline_recommender.local import train_locally
from backline_recommender.model import Model
from backline_recommender.training import train

settings.register_profile("engine", deadline=None, max_examples=50)
settings.load_profile("engine")


@pytest.fixture(scope="session")
def planted() -> TwoTastes:
    return two_tastes()


@pytest.fixture(scope="session")
def trained_models(planted: TwoTastes, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of models whose current one learnt the two tastes. Not to be written to."""
    home = tmp_path_factory.mktemp("trained")
    train(planted.write(home / "export"), home / "models", train_locally, AS_OF)
    return home / "models"


@pytest.fixture(scope="session")
def model(trained_models: Path) -> Model:
    versions = list((trained_models / "versions").iterdir())
    return Model.of(read(trained_models, versions[0].name))
