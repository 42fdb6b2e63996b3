import pytest

from backline_recommender.cli import main


def test_an_unknown_command_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as exit_:
        main(["dance"])
    assert exit_.value.code == 2
    assert "dance" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("missing", "needed"), [("importlib.util.find_spec", "--extra spark"), ("shutil.which", "Java 17")]
)
def test_training_on_spark_says_what_it_needs(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], missing: str, needed: str
) -> None:
    for found in ("importlib.util.find_spec", "shutil.which"):
        monkeypatch.setattr(found, lambda _: "there")
    monkeypatch.setattr(missing, lambda _: None)
    monkeypatch.delenv("JAVA_HOME", raising=False)
    assert main(["train", "--export", "here", "--models", "there", "--backend", "spark"]) == 2
    assert needed in capsys.readouterr().err
