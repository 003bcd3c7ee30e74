"""What a platform can do, told to a person: its figures, and a network on each of its cores."""
