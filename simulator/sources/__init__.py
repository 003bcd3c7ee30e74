"""What a sensor releases, and when: sources, and the compiled loops that play them."""
