"""What can go wrong: the faults that a test injects, the requests that get them, and what an attempt came to."""
