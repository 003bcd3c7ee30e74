"""Where gates stop samples: thresholds, what they promise, calibrated scores."""
