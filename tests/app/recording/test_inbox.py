"""The recorder's queue: bounded by memory and by how late it would write."""

from __future__ import annotations

from app.recording.inbox import Inbox, InboxLimits


def test_an_inbox_lets_nothing_in_once_its_oldest_item_is_late() -> None:
    now = [0.0]
    inbox: Inbox[int] = Inbox(InboxLimits(items=9, age_s=0.5), lambda: now[0])
    assert inbox.offer(1, 1)
    now[0] = 0.4
    assert inbox.offer(2, 1)
    now[0] = 0.6
    assert not inbox.offer(3, 1)
    assert inbox.take(0) == 1
    assert inbox.offer(4, 1)


def test_an_inbox_lets_nothing_in_that_would_be_late_at_the_pace_of_late() -> None:
    now = [0.0]
    inbox: Inbox[int] = Inbox(InboxLimits(items=99, age_s=0.5), lambda: now[0])
    for i in range(4):
        inbox.offer(i, 1)
        inbox.take(0)
        now[0] += 0.2
    inbox.take(0)
    accepted = [inbox.offer(i, 1) for i in range(5)]
    assert accepted == [True, True, True, False, False]


def test_one_hiccup_of_the_disk_keeps_nothing_out() -> None:
    now = [0.0]
    inbox: Inbox[int] = Inbox(InboxLimits(items=99, age_s=0.5), lambda: now[0])
    for took_s in (0.02, 0.02, 0.3, 0.02):
        inbox.offer(0, 1)
        inbox.take(0)
        now[0] += took_s
    inbox.take(0)
    assert all(inbox.offer(i, 1) for i in range(20))


def test_an_inbox_is_bounded_by_memory_but_always_takes_one() -> None:
    inbox: Inbox[int] = Inbox(InboxLimits(items=9, size_bytes=100))
    assert inbox.offer(1, 500)
    assert not inbox.offer(2, 1)
    assert not inbox.put(2, 1, 0.01)
    assert inbox.take(0) == 1
    assert inbox.offer(2, 60)
    assert not inbox.offer(3, 60)
    assert len(inbox) == 1
