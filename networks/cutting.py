"""Where a network may be cut, and the segments between the cuts.

A cut point is a place where exactly one tensor crosses. One sweep over the operators in order
finds them all: keep the tensors that somebody still has to read; where one is left, cut. That is
exact for any graph without dead operators: if all paths from input to output meet in one operator,
every other operator runs before it or after it in whatever order, so the sweep sees it alone.
"""

from collections.abc import Iterator, Mapping, Sequence


def cut_positions(reads: Sequence[Sequence[str]], names: Sequence[str]) -> list[int]:
    """Indices of the operators after which only their own output crosses.

    Parameters
    ----------
    reads
        For each operator, the names of the tensors that it reads; ``"input"`` is the sample.
    names
        Names of the operators, which are the names of their outputs, in order of execution.
        The output of the last one is the answer: there is nothing to cut after it.
    """
    crossing = enumerate(tensors_crossing(reads, names))
    return [index for index, live in crossing if index < len(names) - 1 and live == {names[index]}]


def tensors_crossing(
    reads: Sequence[Sequence[str]], names: Sequence[str]
) -> Iterator[frozenset[str]]:
    """After each operator, the names of the tensors that a later one reads."""
    last_reader: dict[str, int] = {}
    for index, tensors in enumerate(reads):
        for tensor in tensors:
            last_reader[tensor] = index
    live = {"input"} if "input" in last_reader else set()
    for index, name in enumerate(names):
        live.add(name)
        live = {tensor for tensor in live if last_reader.get(tensor, -1) > index}
        yield frozenset(live)


def segment_ends(macs: Sequence[int], cuts: Sequence[int]) -> list[int]:
    """Index of the last operator of each segment.

    What has no multiply-accumulates joins the segment before it, so that the cut comes late:
    after pooling the activation is smaller. At the very start it joins the one after it.
    """
    ends: list[int] = []
    start = 0
    for cut in (*cuts, len(macs) - 1):
        has_macs = any(macs[start : cut + 1])
        if has_macs or not ends:
            if ends and not any(macs[: ends[0] + 1]):
                ends[0] = cut
            else:
                ends.append(cut)
        else:
            ends[-1] = cut
        start = cut + 1
    return ends


def segment_names(operators: Sequence[Sequence[str]], macs: Mapping[str, int]) -> tuple[str, ...]:
    """A name for each segment: the largest module of its first heavy operator that it holds whole.

    Names of operators are dotted paths of modules; a module is held whole when every operator whose
    path begins with it belongs to the segment.
    """
    owners: dict[str, set[int]] = {}
    for index, members in enumerate(operators):
        for member in members:
            for prefix in _prefixes(member):
                owners.setdefault(prefix, set()).add(index)
    names: list[str] = []
    for index, members in enumerate(operators):
        heavy = next((name for name in members if macs[name]), members[0])
        names.append(next(p for p in _prefixes(heavy) if owners[p] == {index}))
    return tuple(names)


def _prefixes(path: str) -> Iterator[str]:
    """``a``, ``a.b``, ``a.b.c`` of ``a.b.c``."""
    parts = path.split(".")
    return (".".join(parts[: length + 1]) for length in range(len(parts)))
