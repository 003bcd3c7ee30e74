"""``wakepath calibrate --from``: a device model from measured rows."""
