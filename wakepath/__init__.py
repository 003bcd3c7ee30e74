"""Plan, prove and run always-on neural inference on chips with several kinds of core."""
