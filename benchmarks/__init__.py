"""How fast the mock is, compared with its floors and its peers: ``python -m benchmarks``."""
