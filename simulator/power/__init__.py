"""Watts, joules and time by cause and component, and what the battery gives for them."""
