"""An evaluation as a whole: what it writes, how it goes on, and what it does with trouble."""

from __future__ import annotations

import csv
import dataclasses
import json
import math
import os
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest

from app.evaluation.job import Job
from app.evaluation.measure import evaluate
from app.evaluation.results import RESULTS, Line, Outcome
from app.evaluation.run import Request, Serial, Summary, evaluate_all, plan
from app.evaluation.sessions import Sessions
from app.evaluation.table import KEYS, data_set
from models import registry
from models.errors import UsageError, UserError
from models.estimator import EstimatorOptions
from models.picture_format import IMAGENET_14
from models.preprocess import picture_steps
from models.registry import Weights
from tests.app.evaluation.conftest import PLUGIN
from tests.app.evaluation.mini import BUILDERS, rgbd, sintel

Run = Callable[..., tuple[Summary, dict[str, Line]]]
OPTIONS = EstimatorOptions(device="cpu")


class Counting:
    """Runs tasks here, says which, and may end like a killed program after some of them."""

    def __init__(self, most: int | None = None) -> None:
        self.most = most
        self.ran: list[tuple[str, str, str]] = []

    def check(self) -> None:
        pass

    def run(self, jobs: list[Job], folder: Path, *_: object) -> Iterator[Outcome]:
        with Sessions() as sessions:
            for job in jobs:
                if self.most is not None and len(self.ran) >= self.most:
                    raise KeyboardInterrupt
                self.ran.append(job.identity)
                yield evaluate(job, sessions, folder)


def go(request: Request, out: Path, executor: Counting) -> Summary:
    return evaluate_all(request, out, executor, lambda *_: None, lambda: False)


def request_of(root: Path, *models: str, protocol: str = "flashdepth") -> Request:
    return Request((("sintel", root),), models or ("grey",), protocol, OPTIONS, (PLUGIN,))


def results(out: Path) -> list[dict[str, object]]:
    return [json.loads(line) for line in (out / RESULTS).read_text().splitlines()]


def test_all_files_say_the_same(run: Run, tmp_path: Path) -> None:
    sintel(tmp_path / "sintel")
    rgbd(tmp_path / "room")
    run(
        ("sintel", tmp_path / "sintel"), ("rgbd", tmp_path / "room"), models=("grey", "grey-memory")
    )
    out = tmp_path / "out"
    rows = list(csv.DictReader((out / "results.csv").read_text().splitlines()))
    told = {(row["data"], row["clip"], row["model"]): row for row in results(out)}

    assert len(told) == 6
    assert {(row["data"], row["clip"], row["model"]) for row in rows} == set(told)
    for row in rows:
        line = told[row["data"], row["clip"], row["model"]]
        assert float(row["absrel"]) == line["absrel"]
        assert row["boundary_f1"] == (
            "" if line["boundary_f1"] is None else str(line["boundary_f1"])
        )
    mean = np.mean([told["sintel", clip, "grey"]["delta1"] for clip in ("alley_1", "bamboo_2")])
    for name in ("tables.md", "tables.tex", "report.html"):
        text = (out / name).read_text()
        assert f"{mean:.3f}" in text, name
        assert "0.642" in text, name  # FlashDepth on Sintel, as published
        assert "Second hand" in text, name
    page = (out / "report.html").read_text()
    assert "http" not in page.replace("http-equiv", "")
    assert page.count("<img") == 4 * 6


def test_ranks_are_told_only_where_there_is_more_than_one_data_set(
    run: Run, tmp_path: Path
) -> None:
    rgbd(tmp_path / "room")
    sets = [("rgbd", tmp_path / "room")]
    run(*sets, models=("grey", "grey-memory"), protocol="vda", out=tmp_path / "one")
    sintel(tmp_path / "sintel")
    sets.append(("sintel", tmp_path / "sintel"))
    run(*sets, models=("grey", "grey-memory"), protocol="vda", out=tmp_path / "two")
    for name in ("tables.md", "tables.tex"):
        assert "Mean rank" not in (tmp_path / "one" / name).read_text()
        assert "Mean rank" in (tmp_path / "two" / name).read_text()


def test_the_true_depth_is_right(run: Run, tmp_path: Path) -> None:
    sintel(tmp_path / "sintel")
    for protocol in ("flashdepth", "vda"):
        out = tmp_path / protocol
        _, lines = run(
            ("sintel", tmp_path / "sintel"), models=("ground-truth",), protocol=protocol, out=out
        )
        for line in lines.values():
            assert line.absrel == pytest.approx(0.0, abs=2e-3 if protocol == "vda" else 1e-4)
            assert line.delta1 > 0.99


def test_a_run_that_was_killed_goes_on_where_it_was(grey: Path, tmp_path: Path) -> None:
    sintel(tmp_path / "sintel")
    request, out = request_of(tmp_path / "sintel", "grey", "grey-memory"), tmp_path / "out"
    with pytest.raises(KeyboardInterrupt):
        go(request, out, Counting(most=2))
    with (out / RESULTS).open("a") as file:
        file.write('{"data": "sintel", "clip": "bam')  # as a kill leaves a line
    again, third = Counting(), Counting()
    summary = go(request, out, again)
    go(request, out, third)

    assert summary.known == 2
    assert again.ran == [("sintel", clip, "grey-memory") for clip in ("alley_1", "bamboo_2")]
    assert third.ran == []
    assert len(results(out)) == 4
    assert not list(out.glob("evaluate-*"))


def test_going_on_gives_the_numbers_of_one_run(run: Run, grey: Path, tmp_path: Path) -> None:
    sintel(tmp_path / "sintel")
    _, whole = run(("sintel", tmp_path / "sintel"), models=("grey-memory",), out=tmp_path / "whole")
    request, out = request_of(tmp_path / "sintel", "grey-memory"), tmp_path / "parts"
    with pytest.raises(KeyboardInterrupt):
        go(request, out, Counting(most=1))
    go(request, out, Counting())

    parts = {row["clip"]: row for row in results(out)}
    for clip, line in whole.items():
        told = json.loads(dataclasses.replace(line, fps=math.nan).as_json())
        assert {**parts[clip], "fps": None} == told


def test_only_lines_of_what_changed_are_measured_again(
    grey: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    sintel(tmp_path / "sintel")
    out = tmp_path / "out"
    request = request_of(tmp_path / "sintel", "grey", "grey-memory")
    go(request, out, Counting())

    def weights(name: str) -> Weights:
        return Weights(sha256="other" if name == "grey" else "")

    monkeypatch.setattr(registry, "weights", weights)
    reweighted, reread = Counting(), Counting()
    go(request, out, reweighted)
    assert {model for _, _, model in reweighted.ran} == {"grey"}
    go(dataclasses.replace(request, protocol="vda"), out, reread)
    assert len(reread.ran) == 4
    assert len(results(out)) == 4


def test_a_clip_with_a_broken_file_is_a_hole_and_is_tried_again(grey: Path, tmp_path: Path) -> None:
    sintel(tmp_path / "sintel")
    broken = tmp_path / "sintel/training/depth/alley_1/frame_0002.dpt"
    whole = broken.read_bytes()
    broken.write_bytes(whole[:-4])
    out, request = tmp_path / "out", request_of(tmp_path / "sintel")
    summary = go(request, out, Counting())

    (line,) = summary.failed
    assert "alley_1/frame_0002.dpt" in line.error
    assert "(1 of 2)" in (out / "tables.md").read_text()
    assert "frame\\_0002.dpt" not in (out / "tables.md").read_text()
    assert "frame_0002.dpt" in (out / "report.html").read_text()
    broken.write_bytes(whole)
    again = Counting()
    assert not go(request, out, again).failed
    assert again.ran == [("sintel", "alley_1", "grey")]


def test_a_file_that_is_missing_is_named(grey: Path, tmp_path: Path) -> None:
    sintel(tmp_path / "sintel")
    (tmp_path / "sintel/training/depth/alley_1/frame_0003.dpt").unlink()
    (line,) = go(request_of(tmp_path / "sintel"), tmp_path / "out", Counting()).failed

    assert "alley_1/frame_0003.dpt" in line.error


@pytest.mark.parametrize("key", BUILDERS)
def test_an_empty_or_foreign_folder_is_told_before_any_work(
    key: str, grey: Path, tmp_path: Path
) -> None:
    empty, foreign = tmp_path / "empty", tmp_path / "foreign"
    empty.mkdir()
    (foreign / "holiday").mkdir(parents=True)
    for folder, word in (
        (empty, "empty"),
        (foreign, "there is no"),
        (tmp_path / "no", "no folder"),
    ):
        request = Request(((key, folder),), ("grey",), "flashdepth", OPTIONS)
        with pytest.raises(UsageError, match=word):
            go(request, tmp_path / "out", Counting())
    assert not (tmp_path / "out").exists()


def test_models_are_checked_before_any_work(grey: Path, tmp_path: Path) -> None:
    sintel(tmp_path / "sintel")
    for model, kind in (("gray", UsageError), ("off", UsageError), ("flashdepth-s", UserError)):
        with pytest.raises(kind):
            go(request_of(tmp_path / "sintel", model), tmp_path / "out", Counting())
    assert not (tmp_path / "out").exists()


def test_two_clips_of_one_name_are_refused(grey: Path, tmp_path: Path) -> None:
    roots = [tmp_path / "a/room", tmp_path / "b/room"]
    for root in roots:
        rgbd(root)
    request = Request([("rgbd", root) for root in roots], ("grey",), "vda", OPTIONS)

    with pytest.raises(UsageError, match="room"):
        plan(request)


def test_a_folder_with_another_report_is_left_alone(grey: Path, tmp_path: Path) -> None:
    sintel(tmp_path / "sintel")
    out = tmp_path / "out"
    out.mkdir()
    (out / "report.html").write_text("mine")

    with pytest.raises(UsageError, match=r"report\.html"):
        go(request_of(tmp_path / "sintel"), out, Counting())
    assert (out / "report.html").read_text() == "mine"


def test_flashdepth_networks_get_pictures_of_the_published_size(grey: Path, tmp_path: Path) -> None:
    sintel(tmp_path / "sintel")
    job = plan(request_of(tmp_path / "sintel"))[0]

    def size_for(model: str, size: tuple[int, int], **change: object) -> tuple[int, int] | None:
        return dataclasses.replace(job, model=model, **change).network_picture(size)

    assert size_for("flashdepth-s", (1024, 436)) == (1022, 434)
    assert size_for("flashdepth", (1024, 436), data="urbansyn") is None
    assert size_for("flashdepth", (2048, 1024), data="urbansyn") == (2044, 1022)
    assert size_for("flashdepth-l-per-frame", (6198, 4129), data="eth3d") == (784, 518)
    assert size_for("flashdepth-lite", (1024, 436)) is None
    assert size_for("flashdepth-s", (1024, 436), protocol="vda") is None
    asked = EstimatorOptions(input_size=252)
    assert size_for("flashdepth-s", (1024, 436), options=asked) is None


def test_a_request_to_stop_ends_it_between_two_frames_with_tables(
    grey: Path, tmp_path: Path
) -> None:
    sintel(tmp_path / "sintel")
    request, out, frames = request_of(tmp_path / "sintel"), tmp_path / "out", []

    def note(done: int, total: int | None, stage: str) -> None:
        frames.append((done, total))

    stopped = evaluate_all(request, out, Serial(), note, lambda: len(frames) == 6)
    assert stopped.stopped
    assert frames[-1] == (6, 8)
    assert "0.642" in (out / "tables.md").read_text()
    again = evaluate_all(request, out, Serial(), note, lambda: False)
    assert (again.jobs, again.known, again.failed) == (2, 1, [])


@pytest.mark.skipif(os.name == "nt", reason="such names cannot be made there")
def test_names_that_are_no_text_are_known_again(grey: Path, tmp_path: Path) -> None:
    root = tmp_path / "sintel"
    sintel(root)
    for part in ("clean", "depth", "camdata_left"):
        (root / "training" / part / "alley_1").rename(
            root / "training" / part / os.fsdecode(b"a\xff\n\x1b[31m")
        )
    go(request_of(root), tmp_path / "out", Counting())
    again = Counting()
    go(request_of(root), tmp_path / "out", again)

    assert again.ran == []
    assert all("\x1b" not in row["clip"] for row in results(tmp_path / "out"))


def test_a_changed_file_of_weights_is_noticed_without_a_note_of_its_origin(
    grey: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    sintel(tmp_path / "sintel")
    monkeypatch.setenv("FLASHDEPTH_CACHE", str(tmp_path / "cache"))
    weights = tmp_path / "cache/weights/grey.safetensors"
    weights.parent.mkdir(parents=True)
    keys = []
    for content in (b"one", b"two", b"two"):
        weights.write_bytes(content)
        keys.append(plan(request_of(tmp_path / "sintel"))[0].key)

    assert keys[0] != keys[1] == keys[2]


def test_published_sizes_pass_through_the_networks_own_resizing() -> None:
    sizes = [size for key in KEYS for size in (data_set(key).base, data_set(key).large) if size]

    assert len(sizes) == 10
    for size in sizes:
        assert picture_steps(size, min(size), IMAGENET_14) == (size,)
