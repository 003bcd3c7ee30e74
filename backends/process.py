"""One worker process as its parent sees it: started, spoken to, ended."""

import os
import signal
import socket
import subprocess
import sys
from dataclasses import replace
from multiprocessing.connection import Connection

from backends.channels import clear_log, make_memory
from backends.messages import Birth

CLOSING_PATIENCE_S = 2.0
"""How long a worker may take to notice that it has no more work, before it is killed."""

ONE_THREAD = dict.fromkeys(("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS"), "1")
"""Environment of every worker."""


class WorkerProcess:
    """The process of one core, with its control socket and its log.

    It is started by a plain command, not by multiprocessing: that would run the user's main
    module again in each worker, and keep a resource tracker that outlives us.
    """

    def __init__(self, birth: Birth) -> None:
        self.core = birth.core
        """Name of the core."""
        self.log_fd = make_memory(f"log-{birth.core}", 0)
        """Its log."""
        clear_log(self.log_fd, 0)
        self.answers_due = 1
        """Orders without an answer; being started counts as one."""
        ours, theirs = socket.socketpair()
        with theirs:
            born = replace(birth, control=theirs.fileno(), log=self.log_fd)
            self.process = _start(born)
        self.control = Connection(ours.detach())
        """To the worker; it ends when this is closed."""

    def kill(self) -> None:
        """End it at once; its log stays readable."""
        self.process.kill()
        self.process.wait()

    def end(self) -> None:
        """Wait for a worker whose control was closed, and give back its log.

        One that does not notice in time, because it computes, is killed.
        """
        try:
            self.process.wait(CLOSING_PATIENCE_S)
        except subprocess.TimeoutExpired:
            self.kill()
        os.close(self.log_fd)


def _start(birth: Birth) -> subprocess.Popen[bytes]:
    inherited = (
        birth.control,
        birth.doorbell,
        *birth.bells.values(),
        birth.done,
        birth.memory,
        birth.log,
    )
    paths = os.pathsep.join(path for path in sys.path if path)
    # The new process inherits this mask: Ctrl-C is ours to answer, from its first moment on.
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        return subprocess.Popen(
            [sys.executable, "-P", "-m", "backends.worker", birth.as_argument()],
            stdin=subprocess.DEVNULL,
            stdout=2,  # standard output is for data
            pass_fds=inherited,
            env={**os.environ, **ONE_THREAD, "PYTHONPATH": paths},
        )
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
