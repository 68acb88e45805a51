"""One task: a model on a clip by a protocol. Runs in this process or on a machine of a cluster."""

from __future__ import annotations

import dataclasses
import hashlib
import json
import math
from dataclasses import dataclass
from pathlib import Path

from app.evaluation.protocols.protocol import EvaluationProtocol
from app.evaluation.protocols.table import protocol
from app.evaluation.results import Identity
from app.evaluation.table import data_set
from app.evaluation.values import Clip, ClipFrame, DataSet, Size, Split
from models import registry
from models.estimator import EstimatorOptions
from models.registry import Weights

_LARGE = frozenset({"flashdepth"})
_BASE = frozenset({"flashdepth-s", "flashdepth-l"})
_NEAR_NATIVE = 0.05


@dataclass(frozen=True, slots=True)
class Job:
    """A task; every value can be sent to another machine.

    Attributes
    ----------
    data, protocol
        Names of the data set and the protocol.
    clip
        With its frames as far as they are needed.
    has_tae_split
        The clip is one of those on which TAE is measured by frames of its own.
    model, options, plugins
        What is run and how, and files that register models.
    key
        Digest of all that the numbers depend on.
    weights
        SHA-256 of the weights, if known.
    """

    data: str
    protocol: str
    clip: Clip
    has_tae_split: bool
    model: str
    options: EstimatorOptions
    plugins: tuple[Path, ...] = ()
    key: str = ""
    weights: str = ""

    @property
    def identity(self) -> Identity:
        """Data set, clip and model."""
        return self.data, self.clip.name, self.model

    @property
    def dataset(self) -> DataSet:
        """The data set."""
        return data_set(self.data)

    @property
    def rules(self) -> EvaluationProtocol:
        """The protocol."""
        return protocol(self.protocol)

    @property
    def split(self) -> Split:
        """How the protocol takes the data set."""
        return self.dataset.split_of(self.protocol)

    @property
    def frames(self) -> tuple[ClipFrame, ...]:
        """The frames that are measured; all of a clip that ends before the range begins."""
        return self.clip.frames[self.split.frames] or self.clip.frames

    @property
    def tae_frames(self) -> tuple[ClipFrame, ...]:
        """Frames for TAE alone; none where it is measured with the rest."""
        if self.split.tae is None or not self.has_tae_split:
            return ()
        return self.clip.frames[self.split.tae.frames] or self.clip.frames

    def network_picture(self, size: Size) -> Size | None:
        """What a picture of that size is resized to for this model; None to leave it."""
        if not self.rules.fixes_input_size or self.options.input_size is not None:
            return None
        native, family = self.dataset.native, registry.family(self.model)
        if native is None or not all(
            abs(side / published - 1) <= _NEAR_NATIVE
            for side, published in zip(size, native, strict=True)
        ):
            return None
        if family in _LARGE:
            return self.dataset.large
        return self.dataset.base if family in _BASE else None


def with_key(job: Job, weights: Weights, plugin_digest: str) -> Job:
    """The job with the digest of all that its numbers depend on.

    Parameters
    ----------
    weights
        The model's.
    plugin_digest
        Of the files that the model may come from, "" if its weights are known.
    """
    frames = [*job.frames, *job.tae_frames]
    names = [
        [path.relative_to(job.clip.root).as_posix() if path is not None else "" for path in pair]
        for pair in ((frame.picture, frame.truth) for frame in frames)
    ]
    told = {
        "protocol": [job.protocol, job.rules.version],
        "clip": job.identity[:2],
        "files": names,
        "model": job.model,
        "weights": [weights.id, weights.revision, weights.sha256, plugin_digest],
        "options": dataclasses.asdict(job.options),
    }
    digest = hashlib.sha256(json.dumps(told, sort_keys=True).encode()).hexdigest()
    return dataclasses.replace(job, key=digest[:32], weights=weights.sha256)


def frames_needed(clip: Clip, split: Split) -> Clip:
    """The clip without the frames behind the last one that a protocol takes."""
    ends = [split.frames.stop, None if split.tae is None else split.tae.frames.stop]
    if split.frames.stop is None:
        return clip
    last = max(math.inf if end is None else end for end in ends if end is not None)
    return dataclasses.replace(clip, frames=clip.frames[: int(last)])
