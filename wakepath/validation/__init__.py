"""Predictions beside published figures."""
