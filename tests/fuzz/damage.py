"""Damage to sound files: cut, overwritten, stretched, swapped, with telling numbers put in."""

from __future__ import annotations

from collections.abc import Sequence

from hypothesis import strategies as st

TELLING = (
    b"\0", b"\xff" * 4, b"\x7f\xff\xff\xff", b"\xff" * 8, b"NaN", b"-1", b"1e999", b"9" * 400,
    b'"', b"[" * 2000, b"{}", b"null", b"\r\n", b"\x80\x02(", b"\xff\xd8\xff\xd9", b"\xe2\x80\xae",
)  # fmt: skip
"""What parsers stumble over: limits of integers, endless nesting, markers of the formats."""


@st.composite
def mutated(draw: st.DrawFn, samples: Sequence[bytes]) -> bytes:
    """One of `samples` after one to five changes."""
    data = draw(st.sampled_from(list(samples)))
    for _ in range(draw(st.integers(1, 5))):
        at = draw(st.integers(0, len(data)))
        what = draw(st.sampled_from(TELLING) | st.binary(min_size=1, max_size=24))
        match draw(st.sampled_from(("cut", "overwrite", "insert", "flip", "repeat", "drop"))):
            case "cut":
                data = data[:at]
            case "overwrite":
                data = data[:at] + what + data[at + len(what) :]
            case "insert":
                data = data[:at] + what + data[at:]
            case "flip" if at < len(data):
                data = data[:at] + bytes([data[at] ^ what[0]]) + data[at + 1 :]
            case "repeat":
                data = data[:at] + data[at : at + 64] * 20 + data[at:]
            case "drop":
                data = data[:at] + data[at + len(what) :]
    return data
