import pytest

from app.analysis.steadiness import Verdict
from app.settings.settings import Settings
from app.ui.headline import headline
from app.ui.resolve import analysis_request

LITE, PER_FRAME = "flashdepth-lite", "flashdepth-lite-per-frame"


@pytest.mark.parametrize(
    ("a", "b", "verdict", "sentence"),
    [
        (LITE, PER_FRAME, Verdict("a", 2.49), "Memory: 2.4× steadier here"),
        (PER_FRAME, LITE, Verdict("b", 2.49), "Memory: 2.4× steadier here"),
        (LITE, PER_FRAME, Verdict("b", 1.31), "Memory: 1.3× less steady here"),
        (PER_FRAME, f"{PER_FRAME}+ema", Verdict("b", 3.0), "Smoothing: 3.0× steadier here"),
        (LITE, "depth-anything-v2-s", Verdict("a", 99.0), "A, FlashDepth-lite: more than 10×"),
        (LITE, f"{PER_FRAME}+ema", Verdict("b", 2.0), "B, "),
        (LITE, PER_FRAME, None, ""),
    ],
)
def test_the_sentence_names_what_the_lanes_differ_in(
    a: str, b: str, verdict: Verdict | None, sentence: str
) -> None:
    said = headline(a, b, verdict)
    assert said.startswith(sentence)
    assert bool(said) == bool(sentence)


def test_flicker_is_measured_only_where_a_headline_can_stand() -> None:
    assert analysis_request(Settings()).flicker_window
    assert not analysis_request(Settings(model_b="off")).flicker_window
    assert not analysis_request(Settings(workspace="3d")).flicker_window
    assert analysis_request(Settings(workspace="3d", presenter=True)).flicker_window


@pytest.mark.parametrize("listener", ["charts", "sound"])
def test_a_sample_of_pairs_is_enough_unless_single_frames_are_followed(listener: str) -> None:
    assert analysis_request(Settings()).is_sampled
    assert not analysis_request(Settings(**{listener: True})).is_sampled  # type: ignore[arg-type]
    assert not analysis_request(Settings(workspace="compare", view="flicker")).is_sampled
