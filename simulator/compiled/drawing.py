"""What the battery gives: a regulator's input for the load of every instant, summed on the way.

Each station says in advance what it will draw: pieces of constant power, with energy that is spent
at once where a piece begins. Whenever something happens, the time since the last event is added up,
piece by piece, as ``simulator.power.battery`` does with the power timeline of a trace. Not for what
is known only afterwards: transfers on fair links, and clairvoyant idling.
"""

from devicemodels.regulator import input_per_output, input_power_w
from simulator.compiled.compiling import inlined
from simulator.compiled.layout import (
    CORE_FIRST_STATE,
    CORRECTION_J,
    DRAWN_J,
    DRAWN_UNTIL,
    ENTRY_J,
    FAR,
    INPUT_W,
    JOLTS_J,
    LOAD_W,
    LOOKUP,
    OUTPUT_W,
    PIECE_JOLT_J,
    PIECE_W,
    REST_W,
    RESTED,
    State,
    World,
)
from simulator.compiled.rests import EXPECTED, expected_length_ns
from simulator.idling.tables import FIRST

SECOND_NS = 1e9

_input_power_w = inlined(input_power_w)
_input_per_output = inlined(input_per_output)


@inlined
def draw_until(world: World, state: State, now: int) -> None:
    """Add up what the battery gives until ``now``; all that happened before is known."""
    output_w, input_w = world.regulator[OUTPUT_W], world.regulator[INPUT_W]
    at = state.clock[DRAWN_UNTIL]
    while at < now:
        load_w, until = world.rail_w[0], now
        for station in range(state.place.shape[0]):
            place = state.place[station]
            load_w += state.pieces[station, place, PIECE_W]
            until = min(until, state.piece_ends_ns[station, place])
        settle_jolts(world, state, load_w)
        _add(state, _input_power_w(load_w, output_w, input_w) * ((until - at) / SECOND_NS))
        state.drawn[LOAD_W] = load_w
        at = until
        for station in range(state.place.shape[0]):
            while state.piece_ends_ns[station, state.place[station]] <= at:
                state.place[station] += 1
                state.drawn[JOLTS_J] += state.pieces[station, state.place[station], PIECE_JOLT_J]
    state.clock[DRAWN_UNTIL] = at


def drawn_j(world: World, state: State, until_ns: int, last: bool = False) -> float:
    """What the battery has given until then, and is counted; ``last`` if nothing more comes."""
    draw_until(world, state, until_ns)
    if last:
        settle_jolts(world, state, float(state.drawn[LOAD_W]))
    return float(state.drawn[DRAWN_J] + state.drawn[CORRECTION_J])


@inlined
def settle_jolts(world: World, state: State, load_w: float) -> None:
    """Draw what was spent at this instant, at the efficiency of the load that follows."""
    if state.drawn[JOLTS_J] > 0.0:
        output_w, input_w = world.regulator[OUTPUT_W], world.regulator[INPUT_W]
        _add(state, state.drawn[JOLTS_J] * _input_per_output(load_w, output_w, input_w))
        state.drawn[JOLTS_J] = 0.0


@inlined
def _add(state: State, joules: float) -> None:
    """By A. Neumaier's sum (ZAMM 54, 1974): a year has billions of terms."""
    total = state.drawn[DRAWN_J]
    following = total + joules
    if abs(total) >= abs(joules):
        state.drawn[CORRECTION_J] += (total - following) + joules
    else:
        state.drawn[CORRECTION_J] += (joules - following) + total
    state.drawn[DRAWN_J] = following


@inlined
def begin(state: State, station: int) -> None:
    """What ``station`` does from now on are the pieces that are put next, from the first on."""
    state.place[station] = 0


@inlined
def piece(
    state: State, station: int, place: int, now: int, lasts_ns: int, power_w: float, spent_j: float
) -> int:
    """Put a piece at ``place`` that lasts from ``now`` on; returns the place after it.

    ``spent_j`` is spread over it. If it has no length it is left out, and that is spent at once.
    """
    if lasts_ns == 0:
        state.drawn[JOLTS_J] += spent_j
        return place
    power_w += spent_j / (lasts_ns / SECOND_NS)
    state.piece_ends_ns[station, place] = now + lasts_ns
    state.pieces[station, place, PIECE_W] = power_w
    state.pieces[station, place, PIECE_JOLT_J] = 0.0
    return place + 1


@inlined
def end_of_pieces(state: State, station: int, place: int) -> None:
    """After the last piece of work nothing is drawn until the station says what it does next."""
    state.piece_ends_ns[station, place] = FAR
    state.pieces[station, place, PIECE_W] = 0.0
    state.pieces[station, place, PIECE_JOLT_J] = 0.0


@inlined
def begin_rest(world: World, state: State, core: int, now: int) -> None:
    """A core goes idle; at the beginning of a run it has been so already."""
    first = state.stations[core, RESTED] == 0
    bits = FIRST if first else 0
    count = world.idle_count[bits, core]
    begin(state, core)
    if world.rule[LOOKUP] == EXPECTED:
        which = world.cores[core, CORE_FIRST_STATE]
        if not first:
            length_ns = expected_length_ns(state, core)
            for place in range(count):
                if world.idle_offset_ns[bits, core, place] <= length_ns:
                    which = world.idle_state[bits, core, place]
        _enter(world, state, core, 0, which, FAR, not first)
        return
    for place in range(count):
        ends_ns = FAR
        if place + 1 < count:
            ends_ns = now + world.idle_offset_ns[bits, core, place + 1]
        which = world.idle_state[bits, core, place]
        _enter(world, state, core, place, which, ends_ns, place > 0 or not first)


@inlined
def _enter(
    world: World, state: State, core: int, place: int, which: int, ends_ns: int, entered: bool
) -> None:
    entry_j = world.idle_power[core, which, ENTRY_J] if entered else 0.0
    state.piece_ends_ns[core, place] = ends_ns
    state.pieces[core, place, PIECE_W] = world.idle_power[core, which, REST_W]
    state.pieces[core, place, PIECE_JOLT_J] = entry_j
    if place == 0:
        state.drawn[JOLTS_J] += entry_j
