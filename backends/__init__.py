"""Real cores: the adapter contract, the adapters, worker processes, calibration."""
