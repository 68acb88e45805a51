import math
import threading
import tracemalloc
from itertools import pairwise

import numpy as np
import pytest

from app.audio.player import Sonifier
from app.audio.synthesis import (
    PITCHES_HZ,
    ToneRequest,
    ToneState,
    make_noise,
    roughness_of,
    synthesise,
)
from tests.support.audio import RATE, PortAudioError, Stream, fake_backend

NOISE = make_noise(RATE)


def _sound(request: ToneRequest, seconds: float = 2.0, block: int = 512) -> np.ndarray:
    state, blocks = ToneState(), []
    for _ in range(int(seconds * RATE / block)):
        out, state = synthesise(state, request, block, NOISE)
        blocks.append(out)
    return np.concatenate(blocks)[RATE // 2 :]  # after the glide


def _purity(channel: np.ndarray, pitch_hz: float) -> float:
    """Share of the energy within 2 Hz of the pitch."""
    power = np.abs(np.fft.rfft(channel * np.hanning(len(channel)))) ** 2
    frequency = np.fft.rfftfreq(len(channel), 1 / RATE)
    return float(power[np.abs(frequency - pitch_hz) < 2].sum() / power.sum())


def test_a_steady_lane_is_a_pure_tone_on_its_own_side() -> None:
    sound = _sound(ToneRequest((0.0, 0.0), 0.5))

    for lane, pitch in enumerate(PITCHES_HZ):
        assert _purity(sound[:, lane], pitch) > 0.999
        assert np.abs(sound[:, lane]).max() == pytest.approx(0.5, abs=0.01)


def test_a_lane_sounds_the_rougher_the_more_it_flickers() -> None:
    purity = [
        _purity(_sound(ToneRequest((rough, 0.0), 0.5))[:, 0], PITCHES_HZ[0])
        for rough in (0.0, 0.1, 0.3, 0.5, 0.7)
    ]

    assert all(rougher < smoother for smoother, rougher in pairwise(purity))
    assert purity[-1] < 0.35


def test_roughness_of_one_lane_leaves_the_other_alone() -> None:
    sound = _sound(ToneRequest((1.0, 0.0), 0.5))

    assert _purity(sound[:, 1], PITCHES_HZ[1]) > 0.999


def test_blocks_join_without_a_seam_whatever_their_size() -> None:
    request = ToneRequest((0.8, 0.2), 0.7)
    whole, _ = synthesise(ToneState(), request, 4000, NOISE)
    state, parts = ToneState(), []
    for frames in (1, 999, 500, 2000, 500):
        part, state = synthesise(state, request, frames, NOISE)
        parts.append(part)

    np.testing.assert_allclose(np.concatenate(parts), whole, atol=1e-5)


def test_a_sudden_change_glides_instead_of_clicking() -> None:
    steady, state = synthesise(
        ToneState(level=(0.5, 0.5)), ToneRequest((0.0, 0.0), 0.5), 800, NOISE
    )
    changed, _ = synthesise(state, ToneRequest((1.0, None), 0.1), 800, NOISE)
    steps = np.abs(np.diff(np.concatenate([steady, changed]), axis=0))

    # A full tone moves by at most 2 pi f / rate * level from sample to sample.
    assert steps[795:805, 0].max() < 1.5 * 2 * math.pi * PITCHES_HZ[0] / RATE * 0.5
    assert steps[795:805, 1].max() < 1.5 * 2 * math.pi * PITCHES_HZ[1] / RATE * 0.5


def test_an_unknown_lane_fades_into_silence() -> None:
    sound = _sound(ToneRequest((None, 0.5), 0.5))

    assert np.abs(sound[:, 0]).max() < 1e-4
    assert np.abs(sound[:, 1]).max() > 0.1


def test_nothing_is_ever_louder_than_the_volume() -> None:
    for rough in (0.0, 0.5, 1.0):
        assert np.abs(_sound(ToneRequest((rough, rough), 0.3))).max() <= 0.3 + 1e-6


def test_the_sound_goes_on_beyond_the_loop_of_its_noise() -> None:
    length = NOISE.tremble.shape[1]
    out, state = synthesise(ToneState(clock=length - 10), ToneRequest((1.0, 1.0)), 20, NOISE)

    assert state.clock == 10
    assert np.isfinite(out).all()
    assert abs(NOISE.tremble[0, 0] - NOISE.tremble[0, -1]) < 0.1


def test_roughness_grows_with_flicker_and_stays_below_one() -> None:
    values = [roughness_of(x) for x in (0.0, 0.01, 0.08, 0.5, 100.0)]

    assert values[0] == 0.0
    assert values == sorted(values)
    assert values[2] == pytest.approx(1 - math.exp(-1))
    assert values[-1] <= 1.0
    assert roughness_of(math.nan) is None
    assert roughness_of(-1.0) == 0.0


def test_it_is_muted_at_first_and_loads_nothing() -> None:
    def load() -> None:
        raise AssertionError("nobody asked for sound")

    sonifier = Sonifier(load)
    sonifier.set_flicker({"a": 0.1, "b": 0.2})

    assert sonifier.muted
    sonifier.close()


def test_unmuted_it_plays_the_flicker_of_the_lanes() -> None:
    sonifier = Sonifier(fake_backend)
    sonifier.volume = 0.4
    sonifier.set_flicker({"a": 0.0, "b": 1.0})

    assert sonifier.unmute() == ""
    stream = Stream.opened[0]
    sound = np.concatenate([stream.play() for _ in range(100)])[RATE // 2 :]
    assert _purity(sound[:, 0], PITCHES_HZ[0]) > 0.99
    assert _purity(sound[:, 1], PITCHES_HZ[1]) < 0.5
    assert np.abs(sound).max() <= 0.4 + 1e-6

    sonifier.mute()
    assert sonifier.muted
    assert stream.closed


def test_unmuting_twice_opens_one_stream() -> None:
    sonifier = Sonifier(fake_backend)
    sonifier.unmute()
    sonifier.unmute()

    assert len(Stream.opened) == 1
    sonifier.close()
    sonifier.close()


def test_a_machine_without_portaudio_is_told_so() -> None:
    def load() -> None:
        raise OSError("PortAudio library not found")

    sonifier = Sonifier(load)

    assert "PortAudio is missing" in sonifier.unavailable_reason()
    assert "PortAudio is missing" in sonifier.unmute()
    assert sonifier.muted


def test_a_machine_without_an_output_is_told_so() -> None:
    sonifier = Sonifier(lambda: fake_backend(outputs=0))

    assert sonifier.unavailable_reason() == "This machine has no audio output."
    assert sonifier.unmute() == "This machine has no audio output."


def test_devices_that_cannot_be_listed_count_as_none() -> None:
    def fail() -> None:
        raise PortAudioError("host error")

    backend = fake_backend()
    backend.query_devices = fail

    assert Sonifier(lambda: backend).devices() == ()


@pytest.mark.parametrize("device", [98, 99])
def test_a_device_that_cannot_be_opened_is_told_so(device: int) -> None:
    sonifier = Sonifier(fake_backend)
    sonifier.set_device(device)

    assert "Can't open the audio device" in sonifier.unmute()
    assert sonifier.muted
    assert all(stream.closed for stream in Stream.opened)


def test_devices_name_the_default_and_leave_out_inputs() -> None:
    devices = Sonifier(fake_backend).devices()

    assert [(one.index, one.name, one.default) for one in devices] == [(1, "Speakers", True)]


def test_changing_the_device_while_playing_moves_the_sound() -> None:
    sonifier = Sonifier(fake_backend)
    sonifier.unmute()

    assert sonifier.set_device(1) == ""
    assert sonifier.set_device(1) == ""
    assert [stream.closed for stream in Stream.opened] == [True, False]
    assert Stream.opened[1].device == 1
    sonifier.close()


def test_an_unplugged_device_is_noticed() -> None:
    sonifier = Sonifier(fake_backend)
    assert not sonifier.lost()
    sonifier.unmute()
    assert not sonifier.lost()
    Stream.opened[0].active = False

    assert sonifier.lost()
    assert sonifier.muted


def test_volume_is_kept_between_nothing_and_full() -> None:
    sonifier = Sonifier(fake_backend)
    sonifier.volume = 7.0
    assert sonifier.volume == 1.0
    sonifier.volume = -1.0
    assert sonifier.volume == 0.0


def test_underflows_are_counted() -> None:
    sonifier = Sonifier(fake_backend)
    sonifier.unmute()
    Stream.opened[0].callback(np.zeros((64, 2), np.float32), 64, None, 4)

    assert sonifier.underflows == 1
    sonifier.close()


def test_a_block_is_filled_while_another_thread_waits_for_the_audio_library() -> None:
    backend, hanging, release = fake_backend(), threading.Event(), threading.Event()
    sonifier = Sonifier(lambda: backend)
    sonifier.volume = 0.4
    sonifier.set_flicker({"a": 0.1})
    sonifier.unmute()
    listed = backend.query_devices

    def hang() -> object:
        hanging.set()
        release.wait(10)
        return listed()

    backend.query_devices = hang
    asking = threading.Thread(target=sonifier.devices)
    asking.start()
    try:
        assert hanging.wait(5)
        assert np.abs(Stream.opened[0].play(4096)).max() > 0.0
        assert asking.is_alive()  # nobody waited for the other
    finally:
        release.set()
        asking.join(5)
        sonifier.close()


def test_playing_on_and_on_takes_no_more_memory() -> None:
    sonifier = Sonifier(fake_backend)
    sonifier.unmute()
    stream = Stream.opened[0]

    def play(blocks: int) -> None:
        for n in range(blocks):
            sonifier.set_flicker({"a": n % 7 / 50, "b": 0.1})
            stream.play(256)

    play(50)
    tracemalloc.start()
    try:
        before, _ = tracemalloc.get_traced_memory()
        play(1000)
        after, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert after - before < 4096
    assert peak - before < 64 * 256 * 2 * 8  # a few blocks at a time
    sonifier.close()
