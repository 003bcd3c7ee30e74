"""A gated network and what it is judged by: baselines trained on the same splits and epochs."""
