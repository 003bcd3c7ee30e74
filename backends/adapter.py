"""The adapter contract: how a core of real hardware takes work and runs it."""

from abc import ABC, abstractmethod
from collections.abc import Callable
from typing import TYPE_CHECKING, ClassVar

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from torch.export import ExportedProgram

Array = NDArray[np.float32]
"""An activation: float32, C order, the batch of one included."""

Runner = Callable[[Array], Array]
"""One loaded program; see ``Adapter.load``."""


class UnsuitableInput(ValueError):
    """A runner was called with a tensor of another shape or element type than its program's."""


class Adapter(ABC):
    """A runtime that can play a core. This docstring is the contract.

    An adapter has two halves, which never run in the same process.

    ``prepare`` runs in the parent, once a program. It turns a ``torch.export.ExportedProgram``
    (one float32 tensor with a batch of one in, one float32 tensor out, no state) into an
    *artifact*: bytes that the other half understands. It may import anything, and takes the
    program as it is: it does not change it. Artifacts travel only between our own processes and
    are never read from a user's file.

    ``load`` runs in the worker process of one core, AFTER the process was pinned to its CPU, so
    that a runtime which looks at the affinity finds one CPU. It returns a *runner*. Neither it
    nor the runner may use more than one thread, and it imports nothing but its own runtime: a
    worker of a small runtime must start without torch.

    A runner is called with one float32 array in C order and returns one float32 array:

    1. shape and element type of the output are those of the program, and its values equal those
       of torch within 1e-4 absolute or relative, on any input without an infinity or a NaN;
    2. the same input gives the same output, bit for bit, whatever ran before;
    3. the input is only read, and may lie in shared memory that changes after the call;
    4. the output belongs to the caller: no later call changes it, and it does not alias the input;
    5. an input of another shape or element type raises ``UnsuitableInput``, and the runner stays
       usable;
    6. what can be set up once (buffers, bindings, the first slow run) is done by ``load``, so that
       the duration of a call is as steady as the runtime allows.

    ``load`` raises ``ValueError`` on bytes that are no artifact of this adapter. Any exception in
    a worker reaches the parent as one message that names core, segment and sample.

    ``tests/contract/test_adapters.py`` proves an adapter: subclass ``AdapterContract`` there.
    """

    name: ClassVar[str]
    """What ``adapter.name`` says in a platform file."""

    @abstractmethod
    def prepare(self, key: str, program: "ExportedProgram") -> bytes:
        """The artifact of ``program``; ``key`` names it in messages. Runs in the parent."""

    @abstractmethod
    def load(self, artifact: bytes) -> Runner:
        """A runner, ready and warm. Runs in the pinned worker; ``ValueError`` on other bytes."""
