"""Long work in the background, so that nobody waits for a page.

A `Queue` runs the jobs of all visitors one at a time, in order, since the model serves one request
at a time anyway. Each owner has one job: a newer one replaces it. The page asks how a job is doing;
jobs never touch the page.
"""

from __future__ import annotations

import logging
import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from enum import StrEnum
from typing import Any

from coach.errors import CoachError

log = logging.getLogger(__name__)

#: Most jobs waiting or running at once, of all visitors.
MAX_WAITING = 32
#: Ended jobs whose result is still kept for the page to fetch.
MAX_KEPT = 128
#: How often a waiting job looks whether its turn has come or it was cancelled, in seconds.
_TICK = 0.1


class Phase(StrEnum):
    """Where a job stands."""

    WAITING = "waiting"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"


class Job:
    """A piece of work and how it is doing; made by `Queue.submit`.

    Attributes:
        key: what it works on; the page compares it to know whether a result is still wanted.
        phase: where it stands.
        progress: the last thing it told, whatever it is; None before.
        result: what it returned, once `DONE`.
        error: why it failed, once `FAILED`.
        started: when it began to run, by `time.monotonic`; None before.
    """

    def __init__(self, key: str) -> None:
        self.key = key
        self.phase = Phase.WAITING
        self.progress: Any = None
        self.result: Any = None
        self.error: CoachError | None = None
        self.started: float | None = None
        self._cancel = threading.Event()

    @property
    def ended(self) -> bool:
        """Whether nothing more will come of it."""
        return self.phase in (Phase.DONE, Phase.FAILED, Phase.CANCELLED)

    @property
    def lasted(self) -> float:
        """Seconds since it began to run; 0 before."""
        return 0.0 if self.started is None else time.monotonic() - self.started

    @property
    def cancelled(self) -> bool:
        """Whether it was asked to stop."""
        return self._cancel.is_set()

    def cancel(self) -> None:
        """Ask it to stop; work under way stops as soon as it looks."""
        self._cancel.set()

    def pause(self, seconds: float) -> None:
        """Wait, unless it is cancelled meanwhile."""
        self._cancel.wait(seconds)

    def tell(self, progress: object) -> None:
        """Say how far it is."""
        self.progress = progress


Work = Callable[[Job], object]


class Queue:
    """Jobs of all visitors, run one at a time in the background.

    Args:
        name: of the threads, for whoever looks at them.
    """

    def __init__(self, name: str) -> None:
        self._name = name
        self._threads: set[threading.Thread] = set()
        self._turn = threading.Semaphore(1)
        self._lock = threading.Lock()
        self._jobs: OrderedDict[str, Job] = OrderedDict()

    def submit(self, owner: str, key: str, work: Work, *, pause: float = 0.0) -> Job:
        """Start a job for an owner, in place of the one they had.

        Args:
            owner: whose job it is.
            key: what it works on; the owner's job is kept if it has the same key and was neither
                cancelled nor failed.
            work: does it; should look at `job.cancelled` now and then.
            pause: seconds to wait before queueing, in which a newer job may replace it.
        """
        with self._lock:
            known = self._jobs.get(owner)
            if known is not None:
                if known.key == key and not known.cancelled and known.phase is not Phase.FAILED:
                    return known
                known.cancel()
            job = Job(key)
            waiting = sum(not other.ended for other in self._jobs.values())
            if waiting >= MAX_WAITING:
                job.phase = Phase.FAILED
                job.error = CoachError("Ci sono troppe richieste in coda.", "Riprova fra poco.")
                return job
            self._jobs[owner] = job
            self._jobs.move_to_end(owner)
            for other in [name for name, kept in self._jobs.items() if kept.ended][:-MAX_KEPT]:
                del self._jobs[other]
            # Not of a pool: who closes the program does not wait for what can be done again.
            thread = threading.Thread(
                target=self._run, args=(job, work, pause), name=self._name, daemon=True
            )
            self._threads = {known for known in self._threads if known.is_alive()} | {thread}
            thread.start()
        return job

    def of(self, owner: str) -> Job | None:
        """The owner's job, ended or not."""
        with self._lock:
            return self._jobs.get(owner)

    def ahead(self, job: Job) -> int:
        """How many jobs come before a waiting one."""
        with self._lock:
            before = 0
            for other in self._jobs.values():
                if other is job:
                    break
                before += not other.ended
            return before

    def close(self) -> None:
        """Cancel everything and wait for the work under way."""
        with self._lock:
            for job in self._jobs.values():
                job.cancel()
            threads = list(self._threads)
        for thread in threads:
            thread.join()

    def _run(self, job: Job, work: Work, pause: float) -> None:
        job.pause(pause)
        while not job.cancelled:
            if self._turn.acquire(timeout=_TICK):
                try:
                    self._work(job, work)
                finally:
                    self._turn.release()
                return
        job.phase = Phase.CANCELLED

    @staticmethod
    def _work(job: Job, work: Work) -> None:
        if job.cancelled:
            job.phase = Phase.CANCELLED
            return
        job.phase = Phase.RUNNING
        job.started = time.monotonic()
        try:
            job.result = work(job)
        except CoachError as error:
            job.error = error
            job.phase = Phase.FAILED
        except Exception:
            # A defect: loud in the log, and the page must not wait for ever.
            log.exception("background work failed")
            job.error = CoachError(
                "Qualcosa è andato storto mentre lavoravo.", "Riprova; il testo è salvo."
            )
            job.phase = Phase.FAILED
        else:
            job.phase = Phase.CANCELLED if job.cancelled else Phase.DONE
