"""The child process that holds the embedded model: `python -m coach.model_server`.

It reads one line of JSON on standard input (`ServerConfig`), loads the model, writes one line of
JSON on standard output (`{"url": …}`) and serves until its standard input ends, which happens when
the parent closes it or dies in whatever way. It imports nothing heavy but llama.cpp.
"""

from __future__ import annotations

import dataclasses
import json
import os
import sys
import threading
import time
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class ServerConfig:
    """How the model is served.

    Attributes:
        model: path of the GGUF file.
        api_key: what a client must present; it comes by standard input because the arguments of a
            process can be read by everyone on the machine.
        context: tokens of context shared by all slots. 28 kB each.
        slots: requests decoded together; also the most candidates of one request.
        batch: prompt tokens read between two looks at the queue. A cancelled request keeps its
            slot until the batch ends, so it is small (upstream: 2048).
        threads: threads that compute.
        prompt_cache_mib: memory for prompts of earlier requests (upstream: 8 GB).
    """

    model: str
    api_key: str
    context: int = 4096
    slots: int = 4
    batch: int = 128
    threads: int = 2
    prompt_cache_mib: int = 192

    def to_json(self) -> str:
        """One line, as the child reads it."""
        return json.dumps(dataclasses.asdict(self))


def _start(config: ServerConfig) -> Any:  # noqa: ANN401 -- xllamacpp publishes no types
    import xllamacpp

    params = xllamacpp.CommonParams()
    params.model.path = config.model
    params.n_ctx = config.context
    params.n_parallel = config.slots
    # One pool of cells for all slots: the candidates of one request share its prompt.
    params.kv_unified = True
    params.n_batch = params.n_ubatch = config.batch
    params.cpuparams.n_threads = params.cpuparams_batch.n_threads = config.threads
    # Read into memory, not mapped: the weights are repacked for the processor while loading, and a
    # mapped file would stay resident beside them (1.9 GB instead of 1.3).
    params.load_mode = xllamacpp.llama_load_mode.LLAMA_LOAD_MODE_NONE
    params.fit_params = False
    params.cache_ram_mib = config.prompt_cache_mib
    params.verbosity = 0
    # Only this program, on this machine, with the key.
    params.hostnames = ["127.0.0.1"]
    params.port = 0
    params.api_keys = [config.api_key]
    params.cors_origins = "http://127.0.0.1"
    params.cors_origins_explicit = True
    params.cors_credentials = False
    params.ui = False
    params.endpoint_slots = False
    params.endpoint_props = False
    params.endpoint_metrics = True  # counts only; tells when it is idle
    params.offline = True
    return xllamacpp.Server(params)


def _exit_with_parent(parent: int) -> None:
    """End when the parent is gone, even if someone else still holds the pipe open."""
    while os.getppid() == parent:
        time.sleep(1)
    os._exit(0)


def main() -> None:
    """Serve until standard input ends."""
    parent = os.getppid()
    config = ServerConfig(**json.loads(sys.stdin.readline()))
    # llama.cpp may write to standard output: keep that for the parent alone.
    answers = os.fdopen(os.dup(sys.stdout.fileno()), "w", encoding="ascii")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    threading.Thread(target=_exit_with_parent, args=(parent,), daemon=True).start()
    server = _start(config)
    answers.write(json.dumps({"url": server.listening_address}) + "\n")
    answers.flush()
    sys.stdin.read()
    # Not a return: the destructor waits for requests that nobody reads any more.
    os._exit(0)


if __name__ == "__main__":
    main()
