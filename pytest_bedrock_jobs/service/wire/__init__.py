"""Between HTTP and Python: one codec for every operation, the constraints and names of the service model."""
