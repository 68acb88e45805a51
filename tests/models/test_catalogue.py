"""The menu of models: its order, what is missing, and what opens."""

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from models.errors import CheckpointError, UsageError, UserError
from models.estimator import EstimatorOptions, FrameMemo, estimate
from models.estimators.catalogue import PROVIDERS
from models.estimators.pool import NetworkPool
from models.frames import Frame, GroundTruth, Unit
from models.registry import entries, find


@pytest.fixture(autouse=True)
def empty_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FLASHDEPTH_CACHE", str(tmp_path))


def test_the_menu_has_the_order_of_the_table_and_begins_with_the_bundled_network() -> None:
    pool = NetworkPool()
    listed = [entry.name for provider in PROVIDERS for entry in provider(pool)]
    assert [entry.name for entry in entries()] == listed
    assert len(listed) == len(set(listed))
    assert listed[:2] == ["flashdepth-lite", "flashdepth-lite-per-frame"]
    assert listed[2:4] == ["flashdepth-lite-1", "flashdepth-lite-1-per-frame"]
    assert {"flashdepth", "flashdepth-l", "flashdepth-s", "ground-truth", "off"} <= set(listed)
    assert {"depth-anything-v2-s", "depth-anything-v2-b", "depth-anything-v2-l"} <= set(listed)


def test_a_network_with_memory_stands_before_its_twin_without() -> None:
    listed = [entry.name for entry in entries()]
    twins = {name for name in listed if name.endswith("-per-frame")}
    assert {"flashdepth", "flashdepth-l", "flashdepth-s"} <= {
        name.removesuffix("-per-frame") for name in twins
    }
    for twin in twins:
        network = twin.removesuffix("-per-frame")
        assert listed.index(network) + 1 == listed.index(twin)
        assert find(network).temporal
        assert not find(twin).temporal


@pytest.mark.parametrize("name", ["flashdepth", "flashdepth-l-per-frame", "depth-anything-v2-b"])
def test_models_without_weights_stay_in_the_menu_and_say_what_to_do(name: str) -> None:
    entry = find(name)
    reason = entry.missing()
    assert reason is not None
    assert "is not installed" in reason
    with pytest.raises(CheckpointError, match="models pull"):
        entry.open(EstimatorOptions(device="cpu"))


def test_terms_that_forbid_commerce_are_noted() -> None:
    assert find("depth-anything-v2-b").note == "non-commercial"
    assert find("depth-anything-v2-s").note == ""


def test_an_unknown_name_lists_the_nearest() -> None:
    with pytest.raises(UsageError, match="flashdepth-l"):
        find("flashdepth-xl")


def test_ground_truth_is_handed_on_where_there_is_some() -> None:
    session = find("ground-truth").open(EstimatorOptions())
    rgb, disparity = np.zeros((4, 6, 3), np.uint8), np.full((4, 6), 0.5, np.float32)
    with_truth = Frame(rgb, 3, 0, 0, 0.0, truth=GroundTruth(disparity))
    seen = estimate(session, with_truth, FrameMemo())
    assert seen.disparity is disparity
    assert (seen.unit, seen.frame_index, seen.network_size) == (Unit.INVERSE_METRE, 3, None)
    with pytest.raises(UserError, match="no ground truth"):
        estimate(session, Frame(rgb, 4, 0, 0, 0.0), FrameMemo())


def test_a_lane_that_is_off_opens_nothing() -> None:
    with pytest.raises(UsageError, match="off"):
        find("off").open(EstimatorOptions())


def test_the_menu_is_known_without_loading_torch() -> None:
    script = (
        "import sys\n"
        "from models.registry import entries\n"
        "told = [(entry.title, entry.missing(), entry.weights_sha256()) for entry in entries()]\n"
        "sys.exit(not told or 'torch' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", script], check=False).returncode == 0
