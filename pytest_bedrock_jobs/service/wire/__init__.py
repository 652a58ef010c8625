"""HTTP in and out: one codec for every operation, its constraints, its route, and event streams."""
