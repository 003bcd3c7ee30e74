"""How weights are learned: data, loss, recipe, checkpoints, what is frozen."""
