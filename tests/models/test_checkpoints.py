"""Weights arrive whole and checked, or a sentence says why not."""

import hashlib
import io
import shutil
from collections.abc import Iterator
from itertools import groupby
from pathlib import Path

import pytest
import safetensors.torch
import torch
from huggingface_hub import constants, file_download
from torch import nn

from models import checkpoints, published, registry
from models.checkpoints import (
    add,
    check,
    expected_shapes,
    load,
    pull,
)
from models.errors import CheckpointError, UsageError
from models.installed import missing, published_sha256
from models.progress import DownloadCancelledError, Progress
from models.published import release, releases
from models.registry import Weights
from tests.support.hub import COMMIT, Hub, running_hub

S, B = release("depth-anything-v2-s"), release("depth-anything-v2-b")
FLASH = release("flashdepth-s")


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("FLASHDEPTH_CACHE", str(tmp_path / "cache"))
    monkeypatch.setattr(constants, "HF_HUB_CACHE", str(tmp_path / "hub"))
    monkeypatch.setattr(constants, "DOWNLOAD_CHUNK_SIZE", 100)
    monkeypatch.setattr(file_download.time, "sleep", lambda _seconds: None)
    return tmp_path / "cache"


@pytest.fixture
def tiny(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Two networks small enough to travel in a test; no published hash fits them."""
    registry.entries()  # read once and kept: not of the two below
    networks = {FLASH.name: lambda: nn.Linear(64, 64), B.name: lambda: nn.Linear(64, 3)}
    listed = [
        published.Release(
            r.name, r.family, r.title, "", r.repository, r.file, "", True, "", about_bytes=1
        )
        for r in (FLASH, B)
    ]
    monkeypatch.setattr(checkpoints, "_NETWORKS", networks)
    monkeypatch.setattr(published, "releases", lambda: tuple(listed))
    expected_shapes.cache_clear()
    yield
    expected_shapes.cache_clear()


def weights(seed: int = 0, outputs: int = 64) -> dict[str, torch.Tensor]:
    torch.manual_seed(seed)
    return dict(nn.Linear(64, outputs).state_dict())


def pth(content: object) -> bytes:
    buffer = io.BytesIO()
    torch.save(content, buffer)
    return buffer.getvalue()


@pytest.fixture
def hub() -> Iterator[Hub]:
    content = pth({"model": weights(), "step": 14001})
    with running_hub(Hub({f"{FLASH.repository}/{FLASH.file}": content})) as served:
        yield served


def test_every_release_says_what_it_is_and_under_which_terms() -> None:
    assert [r.name for r in releases()] == list(checkpoints._NETWORKS)
    for known in releases():
        assert known.licence
        assert known.terms.endswith(".")
        assert known.commercial == ("NC" not in known.licence)
        assert known.size_mb > 90


def test_what_is_not_installed_says_how_to_get_it() -> None:
    reason = missing("flashdepth-l")
    assert reason is not None
    assert "models pull flashdepth-l" in reason
    assert "models add FILE --as flashdepth-l" in reason
    with pytest.raises(CheckpointError, match="models pull flashdepth-l"):
        load("flashdepth-l", torch.device("cpu"))


def test_a_published_file_can_be_added_and_loaded(tmp_path: Path) -> None:
    original = checkpoints._NETWORKS["depth-anything-v2-s"]()
    torch.save(original.state_dict(), tmp_path / "depth_anything_v2_vits.pth")
    path = add(tmp_path / "depth_anything_v2_vits.pth", "depth-anything-v2-s")
    assert path.suffix == ".safetensors"
    assert missing("depth-anything-v2-s") is None
    network = load("depth-anything-v2-s", torch.device("cpu"))
    assert not network.training
    for key, tensor in original.state_dict().items():
        assert torch.equal(network.state_dict()[key], tensor)
    picture = torch.zeros(1, 3, 28, 28)
    assert network.decode(network.encode(picture), None, temporal=False)[0].shape == (1, 28, 28)


def test_a_pull_installs_what_the_hub_has(tiny: None, hub: Hub, cache: Path) -> None:
    del tiny
    seen: list[Progress] = []
    path = pull(FLASH.name, seen.append, endpoint=hub.endpoint)
    assert torch.equal(safetensors.torch.load_file(path)["weight"], weights()["weight"])
    phases = [phase for phase, _ in groupby(progress.phase for progress in seen)]
    assert phases == ["download", "check", "convert"]
    assert all(p.done_bytes <= (p.total_bytes or 0) for p in seen)
    assert not any(one.suffix == ".pth" for one in cache.parent.rglob("*"))
    assert all(one.suffix == ".lock" for one in (cache / "downloads").iterdir())


def test_a_second_pull_needs_no_network(tiny: None, hub: Hub) -> None:
    del tiny
    pull(FLASH.name, endpoint=hub.endpoint)
    pull(FLASH.name, endpoint="http://127.0.0.1:9")
    told = registry.weights(FLASH.name)
    assert (told.id, told.revision) == (FLASH.repository, COMMIT)
    assert told.sha256 == published_sha256(FLASH.name)
    assert len(hub.ranges) == 1


def test_installed_weights_know_the_file_they_came_from(tiny: None, tmp_path: Path) -> None:
    del tiny
    file = tmp_path / "published.pth"
    torch.save(weights(), file)
    assert published_sha256(FLASH.name) == ""
    add(file, FLASH.name)
    sha256 = hashlib.sha256(file.read_bytes()).hexdigest()
    assert published_sha256(FLASH.name) == sha256
    assert registry.weights(FLASH.name) == Weights("published.pth", "", sha256)


def test_a_cut_connection_goes_on_where_it_broke(tiny: None, hub: Hub) -> None:
    del tiny
    hub.cuts = [1000, 2000, 500]
    path = pull(FLASH.name, endpoint=hub.endpoint)
    assert hub.ranges == [None, "bytes=1000-", "bytes=3000-", "bytes=3500-"]
    assert torch.equal(safetensors.torch.load_file(path)["weight"], weights()["weight"])


def test_a_connection_that_never_lasts_is_given_up(tiny: None, hub: Hub) -> None:
    del tiny
    hub.cuts = [1000] + [0] * 20
    with pytest.raises(CheckpointError, match="can't be reached"):
        pull(FLASH.name, endpoint=hub.endpoint)
    hub.cuts = []
    assert pull(FLASH.name, endpoint=hub.endpoint).is_file()


def test_a_cancelled_pull_leaves_nothing(tiny: None, hub: Hub, tmp_path: Path) -> None:
    del tiny
    with pytest.raises(DownloadCancelledError):
        pull(FLASH.name, is_cancelled=lambda: bool(hub.ranges), endpoint=hub.endpoint)
    assert not any(one.is_file() and one.stat().st_size > 500 for one in tmp_path.rglob("*"))
    assert missing(FLASH.name) is not None


def test_weights_that_are_in_the_hubs_cache_are_used_and_stay(
    tiny: None, hub: Hub, tmp_path: Path
) -> None:
    del tiny
    kept = file_download.hf_hub_download(
        FLASH.repository, FLASH.file, endpoint=hub.endpoint, revision=COMMIT
    )
    assert len(hub.ranges) == 1
    pull(FLASH.name, endpoint=hub.endpoint)
    assert len(hub.ranges) == 1 and Path(kept).is_file()


def test_what_has_another_hash_is_deleted(tiny: None, hub: Hub, cache: Path) -> None:
    del tiny
    hub.claimed_sha256 = "0" * 64
    with pytest.raises(CheckpointError, match="SHA-256 differs"):
        pull(FLASH.name, endpoint=hub.endpoint)
    assert not any(one.suffix == ".pth" for one in cache.parent.rglob("*"))
    assert missing(FLASH.name) is not None


def test_a_file_that_is_not_there_says_so(tiny: None, hub: Hub) -> None:
    del tiny
    hub.files = {f"{FLASH.repository}/other": b""}
    with pytest.raises(CheckpointError, match="no longer has"):
        pull(FLASH.name, endpoint=hub.endpoint)


def test_without_a_network_one_sentence_says_what_to_do(tiny: None) -> None:
    del tiny
    with pytest.raises(CheckpointError, match=r"can't be reached.*models add"):
        pull(FLASH.name, endpoint="http://127.0.0.1:9")


def test_offline_by_choice_is_named(tiny: None, hub: Hub, monkeypatch: pytest.MonkeyPatch) -> None:
    del tiny
    from huggingface_hub import constants

    monkeypatch.setattr(constants, "HF_HUB_OFFLINE", True)
    with pytest.raises(CheckpointError, match="HF_HUB_OFFLINE is set"):
        pull(FLASH.name, endpoint=hub.endpoint)


def test_too_little_room_is_told_before_anything_is_fetched(
    tiny: None, hub: Hub, monkeypatch: pytest.MonkeyPatch
) -> None:
    del tiny
    usage = shutil.disk_usage(".")._replace(free=100)
    monkeypatch.setattr(shutil, "disk_usage", lambda _folder: usage)
    with pytest.raises(CheckpointError, match="FLASHDEPTH_CACHE"):
        pull(FLASH.name, endpoint=hub.endpoint)
    assert hub.ranges == []


def test_weights_too_large_for_the_device_are_not_called_damaged(
    tiny: None, hub: Hub, monkeypatch: pytest.MonkeyPatch
) -> None:
    del tiny

    def full(*_: object, **__: object) -> None:
        raise torch.OutOfMemoryError("CUDA out of memory.")

    pull(FLASH.name, endpoint=hub.endpoint)
    monkeypatch.setattr("safetensors.torch.load_file", full)
    with pytest.raises(CheckpointError, match="does not fit into the GPU's memory"):
        load(FLASH.name, torch.device("cuda"))


def test_damaged_installed_weights_are_named_and_replaced(tiny: None, hub: Hub) -> None:
    del tiny
    path = pull(FLASH.name, endpoint=hub.endpoint)
    path.write_bytes(path.read_bytes()[:-100])
    with pytest.raises(CheckpointError, match="are damaged; delete"):
        load(FLASH.name, torch.device("cpu"))
    assert torch.equal(
        safetensors.torch.load_file(pull(FLASH.name, endpoint=hub.endpoint))["bias"],
        weights()["bias"],
    )


def test_two_pulls_of_the_same_weights_do_not_mix(tiny: None, hub: Hub) -> None:
    del tiny
    refused: list[str] = []

    def again(progress: Progress) -> None:
        if progress.phase == "download":
            with pytest.raises(CheckpointError, match="already being downloaded") as caught:
                pull(FLASH.name, endpoint=hub.endpoint)
            refused.append(str(caught.value))

    pull(FLASH.name, again, endpoint=hub.endpoint)
    assert refused


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"version https://git-lfs.github.com/spec/v1\noid sha256:0", "Git LFS pointer"),
        (b"<!doctype html><title>Not found</title>", "web page"),
        (b"hello", "contains no weights"),
        (b"", "contains no weights"),
        (pth({"model": weights()})[:-2000], "damaged or incomplete"),
        (pth([1, 2]), "contains no model weights"),
        (pth({"epoch": 3}), "something other than model weights"),
        (pth({"model": nn.Linear(2, 2)}), "more than weights"),
        (safetensors.torch.save(weights())[:-7], "damaged or incomplete"),
    ],
)
def test_what_is_no_checkpoint_is_called_by_its_name(
    tiny: None, tmp_path: Path, content: bytes, sentence: str
) -> None:
    del tiny
    file = tmp_path / "weights.pth"
    file.write_bytes(content)
    with pytest.raises(CheckpointError, match=sentence):
        add(file, FLASH.name)


def test_an_absent_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(CheckpointError, match=r"Can't read .*: No such file"):
        add(tmp_path / "nothing.pth", FLASH.name)


def test_a_model_without_published_weights_lists_those_with() -> None:
    with pytest.raises(UsageError, match="flashdepth-s"):
        add(Path("weights.pth"), "flashdepth-xl")


def hollow(name: str) -> dict[str, torch.Tensor]:
    """Tensors of a model's shapes that take no memory."""
    return {key: torch.zeros(1).expand(shape) for key, shape in expected_shapes(name).items()}


# Nothing in a file tells a metric Video Depth Anything from a relative one.
DISTINCT = [r.name for r in releases() if not r.gives_metres]


@pytest.mark.parametrize("name", DISTINCT)
@pytest.mark.parametrize("meant", DISTINCT)
def test_another_models_weights_are_recognised(name: str, meant: str) -> None:
    if name == meant:
        check(hollow(name), name, "w.pth")
        return
    with pytest.raises(CheckpointError) as caught:
        check(hollow(meant), name, "w.pth")
    assert f"so use `--as {meant}`" in str(caught.value)


def test_incomplete_weights_name_the_first_keys_they_lack() -> None:
    tensors = hollow("flashdepth-s")
    for key in [key for key in tensors if key.startswith("mamba.blocks.0.3.")]:
        del tensors[key]
    with pytest.raises(CheckpointError) as caught:
        check(tensors, "flashdepth-s", "w.pth")
    sentence = str(caught.value)
    assert "it lacks mamba.blocks.0.3.norm1.weight" in sentence
    assert "and 13 more" in sentence
    assert "incomplete or modified copy" in sentence


def test_other_shapes_and_foreign_keys_are_named() -> None:
    tensors = hollow("flashdepth-s") | {"mamba.final_layer.1.bias": torch.zeros(5)}
    with pytest.raises(CheckpointError, match=r"final_layer\.1\.bias \(5 instead of 64\)"):
        check(tensors, "flashdepth-s", "w.pth")
    with pytest.raises(
        CheckpointError, match=r"has unexpected resnet\.conv1; it belongs to a different"
    ):
        check({"resnet.conv1": torch.zeros(3)}, "flashdepth-s", "w.pth")
