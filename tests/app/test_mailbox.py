"""Mailboxes: bounded, counted, and never a reader left waiting."""

from __future__ import annotations

import threading

import pytest

from app.mailbox import BoundedQueue, Closed, LatestSlot


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


def test_a_full_queue_refuses_and_counts() -> None:
    queue: BoundedQueue[int] = BoundedQueue(2)
    assert [queue.offer(item) for item in range(4)] == [True, True, False, False]
    assert queue.rejected == 2
    assert len(queue) == 2


def test_what_waits_in_a_closed_queue_can_still_be_taken() -> None:
    queue: BoundedQueue[int] = BoundedQueue(2)
    queue.put(1)
    queue.close()
    assert queue.take(0) == 1
    with pytest.raises(Closed):
        queue.take(0)


def test_a_blocked_writer_goes_on_when_there_is_room() -> None:
    queue: BoundedQueue[int] = BoundedQueue(1)
    queue.put(1)
    writer = threading.Thread(target=queue.put, args=(2, 5))
    writer.start()
    assert queue.take(1) == 1
    writer.join(2)
    assert queue.take(1) == 2
