"""The compiled engine: the traces of ``simulator.engine``, and months of sensing in seconds.

To read it, begin at ``engine.simulate_compiled``; one event after the other is taken in
``loop.advance``. Everything that the loop knows lies in arrays, which ``layout`` names.
"""
