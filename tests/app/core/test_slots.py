"""Mailboxes: bounded, counted, and never a reader left waiting."""

from __future__ import annotations

import threading

import pytest

from app.core.slots import Closed, LatestSlot


def test_the_newest_item_wins_and_the_loss_is_counted() -> None:
    slot: LatestSlot[int] = LatestSlot()
    for item in range(5):
        slot.put(item)
    assert slot.take(0) == 4
    assert slot.dropped == 4
    assert slot.take(0) is None


def test_closing_wakes_a_waiting_reader() -> None:
    slot: LatestSlot[int] = LatestSlot()
    outcome: list[str] = []

    def read() -> None:
        try:
            slot.take(10)
        except Closed:
            outcome.append("closed")

    reader = threading.Thread(target=read)
    reader.start()
    slot.close()
    reader.join(2)
    assert outcome == ["closed"]


def test_nothing_is_lost_when_the_writer_waits_for_the_reader() -> None:
    slot: LatestSlot[int] = LatestSlot()
    seen: list[int] = []

    def read() -> None:
        while len(seen) < 100:
            item = slot.take(1)
            if item is not None:
                seen.append(item)

    reader = threading.Thread(target=read)
    reader.start()
    for item in range(100):
        assert slot.put_when_free(item, 2)
    reader.join(2)
    assert seen == list(range(100))
    assert slot.dropped == 0


def test_waiting_for_a_free_slot_ends_in_time_and_on_close() -> None:
    slot: LatestSlot[int] = LatestSlot()
    slot.put(1)
    assert not slot.put_when_free(2, 0.01)
    assert slot.take(0) == 1
    slot.close()
    with pytest.raises(Closed):
        slot.put_when_free(3, 0.01)
