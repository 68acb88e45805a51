"""Every published layout, from the folder to the numbers, against a plain evaluation."""

from __future__ import annotations

import math
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from app.evaluation.protocols.protocol import corner_aligned
from app.evaluation.results import ResultStore
from app.evaluation.table import KEYS, data_set
from models.opencv import cv2
from tests.app.evaluation import plain
from tests.app.evaluation.grey_model import grey_disparity
from tests.app.evaluation.mini import BUILDERS, Expected

Run = Callable[..., tuple[object, dict[str, object]]]
DENSE = {"sintel", "unreal4k", "urbansyn"}
WITH_POSES = {"sintel", "tum", "rgbd"}
VDA_RULES = {
    "sintel": (70.0, (0, 436, 0, 1024)),
    "kitti": (80.0, (0, 374, 0, 1242)),
    "bonn": (10.0, (0, 480, 0, 640)),
    "scannet": (10.0, (8, -8, 11, -11)),
    "nyu": (10.0, (45, 471, 41, 601)),
    "rgbd": (70.0, (None, None, None, None)),
}
"""The cap in metres and the crop, as in the table of the published protocol."""


def test_every_layout_has_a_mini_data_set() -> None:
    assert set(BUILDERS) == set(KEYS)


@pytest.mark.parametrize("key", KEYS)
def test_flashdepth_numbers_are_those_of_a_plain_evaluation(
    key: str, run: Run, tmp_path: Path
) -> None:
    root = tmp_path / key
    expected = BUILDERS[key](root)
    summary, lines = run((key, root))

    assert not summary.failed
    assert set(lines) == {clip.name for clip in expected}
    for clip in expected:
        wanted = plain.flashdepth([grey_disparity(one) for one in clip.pictures], clip.depth)
        line = lines[clip.name]
        assert line.frames == len(clip.pictures)
        assert line.absrel == pytest.approx(wanted["absrel"], abs=1e-4)
        assert line.delta1 == pytest.approx(wanted["delta1"], abs=1e-4)
        if key in DENSE:
            assert line.boundary_f1 == pytest.approx(wanted["boundary_f1"], abs=1e-4)
        else:
            assert math.isnan(line.boundary_f1)
        assert math.isfinite(line.tae) == (key in {"sintel", "scannet", "tum", "rgbd"})
        assert math.isfinite(line.rmse) == (key != "unreal4k")  # whose truth is in pixels


def test_the_docs_have_a_section_for_every_data_set_and_say_which_was_never_tried() -> None:
    page = (Path(__file__).resolve().parents[3] / "docs/evaluation.md").read_text("utf-8")
    sections = page.split("\n### ")[1:]

    for key in KEYS:
        dataset = data_set(key)
        (section,) = (one for one in sections if one.startswith(dataset.title))
        assert f"| `{key}` |" in page
        words = " ".join(section.split())
        assert ("Never tried on the real data" in words) != dataset.is_tried


def test_a_folder_of_all_data_sets_may_be_named(run: Run, tmp_path: Path) -> None:
    BUILDERS["nyu"](tmp_path / "nyu")
    _, lines = run(("nyu", tmp_path))

    assert set(lines) == {"kitchen_0003"}


def test_a_clip_shorter_than_the_first_frame_of_the_range_is_used_whole(
    run: Run, tmp_path: Path
) -> None:
    (clip,) = BUILDERS["bonn"](tmp_path / "bonn")
    for kind in ("rgb", "depth"):
        names = sorted((tmp_path / "bonn" / clip.name / kind).iterdir())
        for path in names[5:]:
            path.unlink()
    _, lines = run(("bonn", tmp_path / "bonn"))

    assert lines[clip.name].frames == 5


def test_500_frames_are_taken_without_a_step(run: Run, tmp_path: Path) -> None:
    BUILDERS["scannet"](tmp_path / "scannet")
    _, lines = run(("scannet", tmp_path / "scannet"), protocol="vda-500")

    assert lines["scene0707_00"].frames == 14
    assert math.isnan(lines["scene0707_00"].tae)
    assert math.isfinite(lines["scene0707_00"].rmse)


def test_bonn_is_paired_by_time_unless_as_published(run: Run, tmp_path: Path) -> None:
    (clip,) = BUILDERS["bonn"](tmp_path / "bonn")
    first = sorted((tmp_path / "bonn" / clip.name / "depth").iterdir())[0]
    first.unlink()
    for protocol, frames in (("vda", 3), ("vda-as-published", 3)):
        _, lines = run(("bonn", tmp_path / "bonn"), protocol=protocol, out=tmp_path / protocol)
        assert lines[clip.name].frames == frames
    by_time, as_published = (
        ResultStore(tmp_path / protocol).lines[0].absrel for protocol in ("vda", "vda-as-published")
    )
    assert by_time != as_published


def _vda_maps(clip: Expected, crop: tuple[int | None, ...], key: str) -> list[np.ndarray]:
    maps = []
    for rgb, depth in zip(clip.pictures, clip.depth, strict=True):
        if key in {"scannet", "nyu"}:
            rgb = rgb[crop[0] : crop[1], crop[2] : crop[3]]
        shown = corner_aligned(grey_disparity(rgb), (rgb.shape[1], rgb.shape[0]))
        target = depth[crop[0] : crop[1], crop[2] : crop[3]]
        maps.append(cv2.resize(shown, target.shape[::-1]))
    return maps


@pytest.mark.parametrize("key", VDA_RULES)
def test_video_depth_anything_numbers_are_those_of_a_plain_evaluation(
    key: str, run: Run, tmp_path: Path
) -> None:
    cap, crop = VDA_RULES[key]
    root = tmp_path / key
    expected = BUILDERS[key](root)
    summary, lines = run((key, root), protocol="vda")

    assert not summary.failed
    for clip in expected:
        truth = [one[crop[0] : crop[1], crop[2] : crop[3]] for one in clip.depth]
        wanted, aligned = plain.vda(_vda_maps(clip, crop, key), truth, cap)
        line = lines[clip.name]
        for name, value in wanted.items():
            assert getattr(line, name) == pytest.approx(value, abs=1e-4), name
        assert math.isnan(line.boundary_f1)
        if key in WITH_POSES:
            tae = plain.tae(aligned, clip.poses, clip.camera)
            assert line.tae == pytest.approx(tae, rel=1e-4)


def test_as_published_exchanges_red_and_blue_and_cuts_sintel_to_whole_metres(
    run: Run, tmp_path: Path
) -> None:
    expected = BUILDERS["sintel"](tmp_path / "sintel")
    _, lines = run(("sintel", tmp_path / "sintel"), protocol="vda-as-published")

    for clip in expected:
        stored = [np.floor(np.nan_to_num(one, nan=0, posinf=0)) for one in clip.depth]
        depth = [np.where(one > 0, one / (65535 / 650), np.nan) for one in stored]
        size = depth[0].shape[::-1]
        maps = [corner_aligned(grey_disparity(rgb[..., ::-1]), size) for rgb in clip.pictures]
        wanted, _ = plain.vda(maps, depth, 70.0)
        assert lines[clip.name].absrel == pytest.approx(wanted["absrel"], abs=1e-4)
        assert math.isnan(lines[clip.name].tae)


def test_tae_of_scannet_is_measured_on_frames_of_its_own(run: Run, tmp_path: Path) -> None:
    (clip,) = BUILDERS["scannet"](tmp_path / "scannet")
    _, lines = run(("scannet", tmp_path / "scannet"), protocol="vda")

    depth = [one[8:-8, 11:-11] for one in clip.tae_depth]
    size = clip.tae_depth[0].shape[::-1]
    maps = [corner_aligned(grey_disparity(rgb), size)[8:-8, 11:-11] for rgb in clip.tae_pictures]
    _, aligned = plain.vda(maps, depth, 10.0)
    assert len(aligned) == 4
    assert lines[clip.name].tae == pytest.approx(plain.tae(aligned, clip.poses, clip.camera))
