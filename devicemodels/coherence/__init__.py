"""Whether the parts of a platform fit together, and whether a device could be so."""

from devicemodels.coherence.incoherence import Incoherence
from devicemodels.coherence.whole import incoherences

__all__ = ["Incoherence", "incoherences"]
