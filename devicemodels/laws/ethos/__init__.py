"""How Arm's Ethos-U55 runs an operator: units, blocks, cycles, encoded weights, traffic.

Source of the whole room: the performance estimation of Vela, Arm's compiler for the part (Apache
2.0, releases up to 5.2.0), and the Ethos-U55 technical overview. The laws are theirs. It is
a model of the part by its maker, which no board has confirmed here: boards with it are in no round
of MLPerf Tiny.

Left out: 16-bit activations, which take longer, and cascades of operators, which save SRAM.
"""
