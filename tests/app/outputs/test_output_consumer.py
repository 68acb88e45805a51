"""The thread of an output: newest wins, nothing waits for it, and it ends in bounded time."""

from __future__ import annotations

import pytest

from models.errors import UserError
from tests.support.outputs import KeptOutput, fed, make_scene
from tests.support.recordings import make_result
from tests.support.waiting import stays, wait_until


def test_a_slow_output_gets_the_newest_result_and_offering_never_waits() -> None:
    output = KeptOutput()
    output.gate.clear()
    with fed(output) as made:
        made.offer(make_result(0))
        wait_until(lambda: len(output.got) == 1)
        for number in range(1, 200):
            made.offer(make_result(number))
        output.gate.set()
        wait_until(lambda: len(output.got) == 2)
    assert [one.result.frame.index for one in output.got] == [0, 199]


def test_nothing_is_composed_while_nobody_looks() -> None:
    output = KeptOutput()
    output.wants = ()
    with fed(output) as made:
        made.offer(make_result(0))
        stays(lambda: len(output.got))
        assert made.consumer.wanted == frozenset()
        output.wants = ("a",)  # somebody comes while the picture stands still
        wait_until(lambda: len(output.got) == 1)
        assert made.consumer.wanted == {"a"}
    assert output.got[0].content == "a"


def test_a_picture_that_stands_still_is_sent_once_until_the_scene_changes() -> None:
    output = KeptOutput()
    with fed(output) as made:
        made.offer(make_result(3))
        wait_until(lambda: len(output.got) == 1)
        stays(lambda: len(output.got))
        made.scene = make_scene(colormap="viridis")
        wait_until(lambda: len(output.got) == 2)


def test_what_nobody_looked_at_for_a_while_is_sent_again_though_it_stands_still() -> None:
    output = KeptOutput()
    with fed(output) as made:
        made.offer(make_result(3))
        wait_until(lambda: len(output.got) == 1)
        output.wants = ()
        wait_until(lambda: made.consumer.wanted == frozenset())
        output.wants = ("rgb",)
        wait_until(lambda: len(output.got) == 2)


def test_a_steady_output_gets_the_last_picture_again() -> None:
    output = KeptOutput(is_steady=True)
    with fed(output) as made:
        made.offer(make_result(3))
        wait_until(lambda: len(output.got) > 3)
    assert [one.is_new for one in output.got[:3]] == [True, False, False]
    assert made.consumer.status.sent == len(output.got)


def test_an_output_that_cannot_be_opened_ends_with_its_sentence() -> None:
    output = KeptOutput()
    output.failure = UserError("There is no such thing; plug it in.")
    with fed(output) as made:
        wait_until(lambda: made.consumer.status.is_ended)
    assert made.consumer.status.message == "There is no such thing; plug it in."
    assert output.is_closed and made.notified == 1


@pytest.mark.parametrize("failure", [UserError("The cable is out; plug it in."), ValueError("x")])
def test_an_output_that_fails_ends_alone_with_a_sentence(failure: Exception) -> None:
    output = KeptOutput()
    with fed(output) as made:
        output.failure = failure
        made.offer(make_result(0))
        wait_until(lambda: made.consumer.status.is_ended)
        made.offer(make_result(1))
    message = made.consumer.status.message
    assert message.endswith((".",)) and "\n" not in message
    assert output.is_closed


def test_an_output_that_hangs_is_left_behind_in_bounded_time() -> None:
    output = KeptOutput()
    with fed(output) as made:
        output.gate.clear()
        made.offer(make_result(0))
        wait_until(lambda: len(output.got) == 1)
        assert not made.consumer.stop(timeout_s=0.05)
        assert made.consumer.is_alive
        output.gate.set()
        wait_until(lambda: not made.consumer.is_alive)
    assert output.is_closed
