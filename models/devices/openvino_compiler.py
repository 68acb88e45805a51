"""Functions of tensors compiled by OpenVINO, an optional library.

A function is traced by PyTorch for one size of its inputs, compiled, and kept in a folder, from
which the next start reads it in a fraction of a second.
"""

from __future__ import annotations

import functools
import hashlib
import importlib
import sys
import threading
import warnings
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from models.devices.blob_cache import BlobCache
from models.devices.openvino import PREFIX
from models.devices.quantised import HALF, Quantisation

_FORMAT = "1"
"""Changes when what an older version of this file compiled may not be used."""
_PRECISIONS = {torch.float32: "f32", torch.bfloat16: "bf16"}


@functools.cache
def _core() -> Any:
    # Without its telemetry package the library uses a stand-in, which sends and writes nothing.
    sys.modules["openvino_telemetry"] = None  # type: ignore[assignment]
    return importlib.import_module(PREFIX).Core()


@dataclass(frozen=True, slots=True)
class Runtime:
    """How functions are compiled.

    Attributes
    ----------
    device
        One of `DEVICES`.
    precision
        Of convolutions and matrix products. The inputs and outputs stay float32.
    cache
        Where compiled functions are kept.
    quantisation
        int8 weights and ranges of the encoder; None leaves everything in `precision`.
    """

    device: str
    precision: torch.dtype
    cache: BlobCache
    quantisation: Quantisation | None = None

    def compile(
        self,
        network: nn.Module,
        work: Callable[..., Sequence[Tensor]],
        tensors: Sequence[Tensor],
        half: str,
        identity: str,
        threads: int,
        check: Callable[[Sequence[Tensor]], None],
    ) -> CompiledWork:
        """`work` for tensors of these shapes.

        Parameters
        ----------
        network
            Whose parameters `work` uses.
        work
            A pure function of tensors.
        half
            "encode" for what `quantisation` is of.
        identity
            Differs between functions and between weights.
        threads
            Of the CPU.
        check
            Raises if the outputs for `tensors` are not usable.

        Raises
        ------
        Exception
            Whatever PyTorch, OpenVINO or `check` raise if they cannot do it.
        """
        core, options = _core(), self._options(threads)
        quantisation = self.quantisation if half == HALF else None
        key = self._key(core, identity, tensors, quantisation)
        blob = self.cache.read(key)
        if blob is not None:
            tensor = importlib.import_module(PREFIX).Tensor(blob)
            return CompiledWork(core.import_model(tensor, self.device, options))
        model = converted(network, work, tensors)
        if quantisation is not None:
            quantisation.apply(model)
        compiled = core.compile_model(model, self.device, options)
        result = CompiledWork(compiled)
        check(result(tensors))
        self.cache.write(key, compiled.export_model().getvalue())
        return result

    def _options(self, threads: int) -> dict[str, Any]:
        if self.device == "NPU":
            return {}
        options: dict[str, Any] = {"INFERENCE_PRECISION_HINT": _PRECISIONS[self.precision]}
        if self.device == "CPU":
            # A pinned thread would stay on a core that the window or a camera takes.
            options |= {
                "INFERENCE_NUM_THREADS": threads,
                "NUM_STREAMS": 1,
                "ENABLE_CPU_PINNING": False,
            }
        return options

    def _key(
        self,
        core: Any,
        identity: str,
        tensors: Sequence[Tensor],
        quantisation: Quantisation | None,
    ) -> str:
        version = importlib.import_module(PREFIX).get_version()
        facts = [_FORMAT, version, torch.__version__, identity, str(self.precision)]
        facts += [quantisation.identity] if quantisation is not None else []
        facts += [self.device, str(core.get_property(self.device, "FULL_DEVICE_NAME"))]
        facts += [str(tuple(tensor.shape)) for tensor in tensors]
        return hashlib.sha256("\n".join(facts).encode()).hexdigest()


class CompiledWork:
    """A function of tensors that OpenVINO runs. Any thread may call it."""

    def __init__(self, model: Any) -> None:
        self._model = model
        self._own = threading.local()  # a request serves one call at a time

    def __call__(self, tensors: Sequence[Tensor]) -> list[Tensor]:
        """The outputs, which share no memory with later ones."""
        request = getattr(self._own, "request", None)
        if request is None:
            request = self._own.request = self._model.create_infer_request()
        arrays = [tensor.detach().contiguous().numpy() for tensor in tensors]
        outputs = request.infer(arrays, share_inputs=True)
        return [torch.from_numpy(outputs[at]) for at in range(len(outputs))]


class _Traceable(nn.Module):
    def __init__(self, network: nn.Module, work: Callable[..., Sequence[Tensor]]) -> None:
        super().__init__()
        self.network = network  # so that operations are named after its parts
        self._work = work

    def forward(self, *tensors: Tensor) -> tuple[Tensor, ...]:
        return tuple(self._work(*tensors))


def converted(
    network: nn.Module, work: Callable[..., Sequence[Tensor]], tensors: Sequence[Tensor]
) -> Any:
    """The function as a model of OpenVINO's, which names operations after parts of `network`."""
    openvino = importlib.import_module(PREFIX)
    example = tuple(tensor.detach().contiguous() for tensor in tensors)
    with torch.inference_mode(), warnings.catch_warnings():
        warnings.simplefilter("ignore")  # that sizes become constants is what we want
        traced = torch.jit.trace(
            _Traceable(network, work), example, check_trace=False, strict=False
        )
        return openvino.convert_model(
            traced, example_input=example, input=[list(tensor.shape) for tensor in example]
        )


_SOURCES = ("*.py", "flashdepth/*.py", "inside/*.py", "devices/compiled.py")
"""What decides what a compiled function computes, and in which order its results come."""


def source_identity(network: nn.Module) -> str:
    """Differs when the code of our networks or of `network` does."""
    models = Path(__file__).parents[1]
    files = [path for place in _SOURCES for path in models.glob(place)]
    own = sys.modules[type(network).__module__].__file__
    files += [Path(own)] if own else []
    digest = hashlib.sha256()
    for file in sorted(set(files)):
        digest.update(file.read_bytes())
    return digest.hexdigest()


def weights_identity(network: nn.Module) -> str:
    """SHA-256 of the weights."""
    digest = hashlib.sha256()
    for name, value in sorted(network.state_dict().items()):
        digest.update(f"{name} {tuple(value.shape)} {value.dtype}".encode())
        digest.update(value.detach().float().contiguous().numpy())
    return digest.hexdigest()
