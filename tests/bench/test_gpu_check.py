"""`make gpu-check` says in one sentence that there is no GPU, and checks that its own code runs."""

from __future__ import annotations

import sys

import pytest
import torch

from tests.bench import gpu_check


@pytest.mark.slow
@pytest.mark.skipif(torch.cuda.is_available(), reason="it would measure for minutes here")
def test_without_a_gpu_it_checks_itself_and_says_so(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "argv", ["gpu_check"])
    assert gpu_check.main() == 0
    said = capsys.readouterr().out
    assert said.startswith("There is no NVIDIA GPU here")
    assert said.count("\n") == 1


def test_the_page_says_where_ours_is_not_worth_its_lines() -> None:
    figures = {
        "s 924x518.in_flight_2_ms": 10.0, "s 924x518.two_streams_ms": 12.0,
        "l 924x518.in_flight_2_ms": 10.0, "l 924x518.two_streams_ms": 10.5,
    }  # fmt: skip
    text = gpu_check.page(
        {"device": "A GPU", "tests": "14 passed", "figures": figures, "left_out": ["x: no time"],
         "seconds": 300.0}
    )  # fmt: skip
    assert "s 924x518: 1.20 of the script's pace, faster\n" in text
    assert "l 924x518: 1.05 of the script's pace, faster, not by a tenth\n" in text
    assert text.endswith("left out: x: no time\n")
