"""What the exact methods share: smaller problems with the same optimum, and solver models."""
