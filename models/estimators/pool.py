"""Networks that the lanes share. Made for the menus, so torch is loaded when it is first used."""

from __future__ import annotations

import threading
import weakref
from typing import TYPE_CHECKING, Any

from models.estimators.recipe import NetworkRecipe, StreamNetwork
from models.installed import cache_folder

if TYPE_CHECKING:
    import torch

    from models.devices.compiled import CompiledNetwork
    from models.devices.pipeline import DevicePipeline
    from models.estimator import EstimatorOptions


class NetworkPool:
    """Networks that open sessions hold, so that the next lane finds them loaded.

    It keeps no network alive: when the last session closes, the memory is freed.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._loaded: weakref.WeakValueDictionary[tuple[str, str, torch.dtype], StreamNetwork]
        self._loaded = weakref.WeakValueDictionary()
        self._pipelines: weakref.WeakValueDictionary[tuple[str, int], DevicePipeline[Any]]
        self._pipelines = weakref.WeakValueDictionary()
        self._compiled: weakref.WeakValueDictionary[tuple[object, ...], CompiledNetwork]
        self._compiled = weakref.WeakValueDictionary()

    def pipeline(self, device: torch.device) -> DevicePipeline[Any]:
        """The pipeline of a device with streams, shared by all sessions on it.

        Each thread has its own: one that hangs must not block its replacement.
        """
        from models.devices.device import StreamDevice
        from models.devices.pipeline import DevicePipeline

        key = (str(device), threading.get_ident())
        with self._lock:
            pipeline = self._pipelines.get(key)
            if pipeline is None:
                pipeline = DevicePipeline(StreamDevice(device))
                self._pipelines[key] = pipeline
            return pipeline

    def network(
        self, recipe: NetworkRecipe, device: torch.device, dtype: torch.dtype
    ) -> StreamNetwork:
        """The network of that recipe, loaded at the first call.

        A load that hangs blocks no other caller: each loads for itself, and one network is kept.

        Raises
        ------
        CheckpointError
            If the weights cannot be loaded.
        """
        from models.devices.device import synchronise

        key = (recipe.name, str(device), dtype)
        with self._lock:
            network = self._loaded.get(key)
        if network is None:
            loaded = recipe.load(device, dtype)
            synchronise(device)  # sessions run on streams that do not wait for loading
            with self._lock:
                network = self._loaded.setdefault(key, loaded)
        return network

    def compiled(
        self, recipe: NetworkRecipe, device: str, dtype: torch.dtype, options: EstimatorOptions
    ) -> CompiledNetwork:
        """The recipe's network as OpenVINO runs it.

        Parameters
        ----------
        device
            OpenVINO's name for it.
        dtype
            Precision of convolutions and matrix products that are not int8. On a CPU the "auto" of
            `options` is int8 where there are such weights.

        Raises
        ------
        CheckpointError
            If the weights cannot be loaded.
        """
        import torch

        from models.devices.blob_cache import BlobCache
        from models.devices.compiled import CompiledNetwork
        from models.devices.openvino_compiler import Runtime
        from models.devices.quantised import load

        network = self.network(recipe, torch.device("cpu"), torch.float32)
        wanted = options.precision == "int8" or (options.precision == "auto" and device == "CPU")
        int8 = recipe.int8() if wanted else None
        key = (recipe.name, device, dtype, int8, options.compiles_beside)
        with self._lock:
            compiled = self._compiled.get(key)
            if compiled is None:
                cache = BlobCache(cache_folder() / "openvino")
                runtime = Runtime(device, dtype, cache, load(int8) if int8 else None)
                compiled = CompiledNetwork(
                    network, runtime, recipe.title, is_waited_for=not options.compiles_beside
                )
                self._compiled[key] = compiled
            return compiled
