"""A model of the hub arrives whole and known, or a sentence says why not."""

from __future__ import annotations

import errno
import hashlib
import json
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import torch
from huggingface_hub import constants, file_download

from models import registry
from models.errors import CheckpointError
from models.estimator import EstimatorOptions, FrameMemo
from models.frames import Frame
from models.hub.pull import offer, pull
from models.progress import DownloadCancelledError, Progress
from tests.models.hub.test_session import _depth_anything, picture, saved
from tests.support.hub import COMMIT, Hub, running_hub

NAME = "hf:org/tiny"


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    """A tiny depth model as its repository holds it."""
    folder = tmp_path_factory.mktemp("made") / "model"
    saved(folder, _depth_anything())
    return {f"org/tiny/{one.name}": one.read_bytes() for one in folder.iterdir()}


@pytest.fixture
def hub(files: dict[str, bytes], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Hub]:
    monkeypatch.setattr(constants, "HF_HUB_CACHE", str(tmp_path / "hub"))
    monkeypatch.setattr(constants, "HF_HUB_DOWNLOAD_TIMEOUT", 0.3)
    monkeypatch.setattr(file_download.time, "sleep", lambda _seconds: None)
    with running_hub(Hub(dict(files))) as served:
        yield served


def test_an_offer_says_size_and_licence_before_any_weights_come(hub: Hub) -> None:
    hub.licence = "cc-by-nc-4.0"
    offered = offer(NAME, hub.endpoint)
    assert (offered.title, offered.licence, offered.commercial) == ("tiny", "cc-by-nc-4.0", False)
    names = ("config.json", "preprocessor_config.json", "model.safetensors")
    assert offered.bytes == sum(len(hub.files[f"org/tiny/{name}"]) for name in names)
    assert len(hub.ranges) == 1  # config.json


def test_a_pulled_model_runs_and_needs_no_network_again(hub: Hub) -> None:
    reason = registry.find(NAME).missing()
    assert reason is not None and f"models pull {NAME}" in reason
    seen: list[Progress] = []
    folder = pull(NAME, seen.append, endpoint=hub.endpoint)
    assert {one.name for one in folder.iterdir()} >= {"config.json", "model.safetensors"}
    assert max(progress.done_bytes for progress in seen) <= (seen[-1].total_bytes or 0)
    hub.answers = {"/": (500, "", {})}
    entry = registry.find(NAME)
    assert entry.missing() is None and entry.input_size == 56
    sha256 = hashlib.sha256((folder / "model.safetensors").read_bytes()).hexdigest()
    assert registry.weights(f"{NAME}+ema") == registry.Weights("org/tiny", COMMIT, sha256)
    session = entry.open(EstimatorOptions("cpu"))
    result = session.submit(Frame(picture(), 0, 0, 0, 0.0), FrameMemo()).result()
    assert result.disparity.std() > 0
    torch.set_num_threads(1)


def test_shards_come_together(hub: Hub, tmp_path: Path) -> None:
    model, processor = _depth_anything()
    folder = tmp_path / "sharded"
    model.save_pretrained(folder, max_shard_size="40KB")
    processor.save_pretrained(folder)
    hub.files = {f"org/tiny/{one.name}": one.read_bytes() for one in folder.iterdir()}
    assert sum(name.endswith(".safetensors") for name in hub.files) > 1
    pull(NAME, endpoint=hub.endpoint)
    assert registry.find(NAME).missing() is None


def test_half_a_snapshot_is_not_taken_for_a_model(hub: Hub) -> None:
    hub.cuts = [10**9, 10**9, 500] + [0] * 20
    with pytest.raises(CheckpointError):
        pull(NAME, endpoint=hub.endpoint)
    assert registry.find(NAME).missing() is not None
    hub.cuts = []
    pull(NAME, endpoint=hub.endpoint)
    assert registry.find(NAME).missing() is None


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"model_type": "bert"}, "'bert' cannot be a lane"),
        ({"auto_map": {"AutoModel": "code.Model"}}, "code of its own"),
    ],
)
def test_what_is_no_depth_model_is_refused_before_its_weights(
    hub: Hub, changes: dict[str, object], sentence: str
) -> None:
    config = json.loads(hub.files["org/tiny/config.json"]) | changes
    hub.files["org/tiny/config.json"] = json.dumps(config).encode()
    with pytest.raises(CheckpointError, match=sentence):
        pull(NAME, endpoint=hub.endpoint)
    assert len(hub.ranges) == 1


def test_pickles_alone_are_refused(hub: Hub) -> None:
    hub.files["org/tiny/pytorch_model.bin"] = hub.files.pop("org/tiny/model.safetensors")
    with pytest.raises(CheckpointError, match="no weights as safetensors"):
        offer(NAME, hub.endpoint)


GATED = {"X-Error-Code": "GatedRepo"}


@pytest.mark.parametrize(
    ("name", "answers", "sentence"),
    [
        ("hf:org/none", {}, "no public model"),
        ("hf:org/tiny@gone", {}, "no such revision"),
        (NAME, {"/api": (403, "{}", GATED)}, "accepted its terms.*HF_TOKEN"),
        (NAME, {"/api": (503, "", {})}, "HTTP 503"),
        (NAME, {"/api": (200, "<html>Sign in</html>", {})}, "login page"),
        (NAME, {"/org/tiny/resolve": (500, "", {})}, r"HTTP 500|can't be reached"),
    ],
)
def test_what_a_hub_refuses_is_said_in_a_sentence(
    hub: Hub, name: str, answers: dict[str, tuple[int, str, dict[str, str]]], sentence: str
) -> None:
    hub.answers = answers
    with pytest.raises(CheckpointError, match=sentence):
        pull(name, endpoint=hub.endpoint)


@pytest.mark.parametrize("fault", ["endless", "stalls", "longer", "shorter", "corrupt"])
def test_a_hub_that_lies_ends_in_a_sentence_and_leaves_nothing(
    hub: Hub, fault: str, tmp_path: Path
) -> None:
    match fault:
        case "endless":
            hub.endless = True
        case "stalls":
            hub.stalls = True
        case "longer":
            hub.claimed_bytes = 300
        case "shorter":
            hub.claimed_bytes = 10**7
        case "corrupt":
            hub.claimed_sha256 = "0" * 64
    begun_s = time.monotonic()
    with pytest.raises(CheckpointError) as caught:
        pull(NAME, endpoint=hub.endpoint)
    assert str(caught.value).count(". ") <= 1
    assert time.monotonic() - begun_s < 60
    kept = sum(one.stat().st_size for one in tmp_path.rglob("*") if one.is_file())
    assert kept < 10**6
    assert registry.find(NAME).missing() is not None


def test_a_cancelled_pull_stops_and_leaves_no_half_file(hub: Hub, tmp_path: Path) -> None:
    with pytest.raises(DownloadCancelledError):
        pull(NAME, is_cancelled=lambda: len(hub.ranges) > 2, endpoint=hub.endpoint)
    assert not list(tmp_path.rglob("*.incomplete"))


def test_a_disk_without_room_is_told_before_the_weights(
    hub: Hub, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object, **__: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(file_download, "http_get", full)
    with pytest.raises(CheckpointError, match="free some space"):
        pull(NAME, endpoint=hub.endpoint)


def test_offline_by_choice_is_named(hub: Hub, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(constants, "HF_HUB_OFFLINE", True)
    with pytest.raises(CheckpointError, match="HF_HUB_OFFLINE is set"):
        pull(NAME, endpoint=hub.endpoint)


def test_without_a_network_one_sentence_says_what_to_do(hub: Hub) -> None:
    with pytest.raises(CheckpointError, match="can't be reached"):
        pull(NAME, endpoint="http://127.0.0.1:9")
