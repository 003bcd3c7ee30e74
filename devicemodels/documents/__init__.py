"""How a file becomes a checked value: YAML with positions, quantities, errors, hashes."""
