"""What property-based testing of schedules needs; see docs/how-to/test-a-scheduler.md."""
