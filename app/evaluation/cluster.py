"""Tasks on several processes or machines, by Dask. Imported only when it is used."""

from __future__ import annotations

import contextlib
import logging
import os
import socket
from collections.abc import Iterator, Sequence
from concurrent.futures import CancelledError
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from app.evaluation.estimates import IsStopped, Stopped
from app.evaluation.job import Job
from app.evaluation.measure import evaluate
from app.evaluation.results import Detail, Line, Outcome
from app.evaluation.sessions import Sessions
from app.report.values import Progress
from models import registry
from models.devices.device import resolve, set_cpu_threads, visible_gpus
from models.errors import UsageError, UserError
from models.extras import missing_extra
from models.names import unsmoothed
from models.plugins import load_file

_GPU = "GPU"
_LOOK_S = 0.5
_CONNECT_S = 15
_IN_FLIGHT = 64
"""Tasks that are sent ahead; each holds the names of its files."""
MISSING = missing_extra("Running on more than one process needs", "cluster", "Dask")


@dataclass(frozen=True, slots=True)
class Cluster:
    """Runs each task on a worker of Dask, one at a time per GPU. See run.Executor.

    Attributes
    ----------
    workers
        Processes to start on this machine; None with a scheduler.
    scheduler
        Address of one that runs; None to start workers here.
    threads
        Of each task.
    """

    workers: int | None
    scheduler: str | None
    threads: int

    def check(self) -> None:
        """See Executor: raises UsageError without Dask, or if no scheduler answers."""
        try:
            import cryptography  # noqa: F401 - for local workers
            import distributed  # noqa: F401
        except ImportError as error:
            raise UsageError(MISSING) from error
        try:
            _check_answers(self.scheduler)
        except (OSError, ValueError) as error:
            raise self._unanswered() from error

    def _unanswered(self) -> UsageError:
        return UsageError(
            f"No Dask scheduler answers at {self.scheduler}; start one with `dask scheduler`."
        )

    def run(
        self, jobs: Sequence[Job], folder: Path, progress: Progress, is_stopped: IsStopped
    ) -> Iterator[Outcome]:
        """See Executor.

        Raises
        ------
        UsageError
            If what listens at the address is no scheduler, or has no GPU that is asked for.
        UserError
            If the scheduler goes away.
        """
        import distributed

        if not jobs:
            return
        _quieten()
        with contextlib.ExitStack() as stack:
            if self.scheduler is None:
                cluster = stack.enter_context(_local(self.workers or 1, jobs[0].options.device))
                address: Any = cluster
            else:
                address = self.scheduler
            try:
                client = distributed.Client(address, timeout=_CONNECT_S, set_as_default=False)
            except (OSError, ValueError) as error:
                raise self._unanswered() from error
            stack.callback(client.close, _CONNECT_S)
            need = _resources(client, jobs[0].options.device, self.scheduler is None)
            yield from _Work(client, jobs, folder, self.threads, need, progress, is_stopped).run()


@dataclass(slots=True)
class _Work:
    """Sends tasks ahead, a bounded number, and collects their outcomes."""

    client: Any
    jobs: Sequence[Job]
    folder: Path
    threads: int
    resources: dict[str, int] | None
    progress: Progress
    is_stopped: IsStopped

    def run(self) -> Iterator[Outcome]:
        """Outcomes as they come."""
        waiting = iter(self.jobs)
        running: dict[Any, Job] = {}
        done, total = 0, sum(len(job.frames) + len(job.tae_frames) for job in self.jobs)
        while True:
            while len(running) < _IN_FLIGHT and (job := next(waiting, None)) is not None:
                running[self._submit(job)] = job
            if not running:
                return
            self.progress(done, total, "Evaluating")
            for future in self._ended(running):
                job = running.pop(future)
                done += len(job.frames) + len(job.tae_frames)
                yield self._outcome(future, job)
                future.release()

    def _ended(self, running: dict[Any, Job]) -> list[Any]:
        """Those that ended within a moment. Raises Stopped if the user stopped."""
        from distributed import wait

        if self.is_stopped():
            self.client.cancel(list(running), force=True)
            raise Stopped
        with contextlib.suppress(TimeoutError, CancelledError), self.client.as_current():
            wait(list(running), timeout=_LOOK_S, return_when="FIRST_COMPLETED")
        return [future for future in running if future.done()]

    def _submit(self, job: Job) -> Any:
        return self.client.submit(
            run_task,
            job,
            self.folder,
            self.threads,
            key=f"evaluate-{job.key}",
            pure=False,
            resources=self.resources,
        )

    def _outcome(self, future: Any, job: Job) -> Outcome:
        from distributed import KilledWorker

        try:
            outcome: Outcome = future.result(timeout=_CONNECT_S)
        except KilledWorker:
            reason = (
                f"{job.model} ended its worker several times on {job.clip.name}, perhaps for lack "
                "of memory; try it alone."
            )
            line = Line(*job.identity, job.protocol, key=job.key, weights=job.weights)
            return Outcome(replace(line, error=reason), Detail())
        except (CancelledError, OSError, TimeoutError) as error:
            raise UserError(
                "The connection to the Dask scheduler is lost; run the same command again, which "
                "goes on from here."
            ) from error
        return outcome


def run_task(job: Job, folder: Path, threads: int) -> Outcome:
    """What a worker does.

    Parameters
    ----------
    job
        The task.
    folder
        For estimates meanwhile, if this machine has it; else they go to the system's folder.
    threads
        For networks on the CPU.
    """
    set_cpu_threads(threads)
    known = {entry.name for entry in registry.entries()}
    if unsmoothed(job.model) not in known:
        for path in job.plugins:
            load_file(path)
    with Sessions() as sessions:
        return evaluate(job, sessions, folder if os.access(folder, os.W_OK) else None)


def _check_answers(address: str | None) -> None:
    """Raise OSError or ValueError if nothing listens there: Dask would leave its thread behind."""
    if address is None or address.split("://")[0] not in ("tcp", "tls"):
        return
    from distributed.comm import get_address_host_port

    with socket.create_connection(get_address_host_port(address, strict=True), _CONNECT_S):
        pass


def _quieten() -> None:
    """Keep Dask's own messages off the terminal unless everything is logged."""
    if not logging.getLogger().isEnabledFor(logging.DEBUG):
        for name in ("distributed", "distributed.client"):
            logging.getLogger(name).setLevel(logging.CRITICAL)


def _resources(client: Any, device: str, is_local: bool) -> dict[str, int] | None:
    """One GPU a task where workers have announced theirs."""
    workers = client.scheduler_info(n_workers=-1)["workers"].values()
    if any(worker.get("resources", {}).get(_GPU) for worker in workers):
        return {_GPU: 1}
    if not is_local and device.startswith("cuda") and workers:
        raise UsageError(
            'No worker has announced a GPU; start each with `dask worker --resources "GPU=1"`.'
        )
    return None


@contextlib.contextmanager
def _local(workers: int, device: str) -> Iterator[Any]:
    """Workers on this machine, of one thread each; with GPUs, one worker for each.

    They talk by TLS with keys of this run: whoever else is on the machine reaches its loopback
    address too, and a scheduler runs what it is sent.
    """
    from distributed import Nanny, Scheduler, SpecCluster
    from distributed.security import Security

    security = Security.temporary()
    options = worker_options(workers, _visible_gpus(device))
    spec = {
        at: {"cls": Nanny, "options": {**one, "security": security, "protocol": "tls://"}}
        for at, one in enumerate(options)
    }
    scheduler = {
        "cls": Scheduler,
        "options": {
            "host": "127.0.0.1",
            "port": 0,
            "dashboard": False,
            "security": security,
            "protocol": "tls://",
        },
    }
    cluster = SpecCluster(
        workers=spec,
        scheduler=scheduler,
        security=security,
        silence_logs=logging.CRITICAL,
        name="evaluate",
    )
    with contextlib.closing(cluster):
        yield cluster


def worker_options(workers: int, gpus: Sequence[str]) -> list[dict[str, Any]]:
    """Options of Dask's workers: one thread each; with GPUs, one GPU and no more workers."""
    options: dict[str, Any] = {
        "nthreads": 1,
        "memory_limit": 0,
        "dashboard": False,
        "silence_logs": logging.CRITICAL,
    }
    if not gpus:
        return [options] * workers
    return [
        {**options, "resources": {_GPU: 1}, "env": {"CUDA_VISIBLE_DEVICES": gpu}}
        for gpu in gpus[:workers]
    ]


def _visible_gpus(device: str) -> list[str]:
    """Identifiers of the GPUs that workers may use; none if tasks run on the CPU."""
    if resolve(device).type != "cuda":
        return []
    if ":" in device:
        raise UsageError("--device cuda:N names one GPU for all workers; use --device cuda.")
    return visible_gpus()
