"""How fast the mock is, beside its floors and its peers: ``python -m benchmarks``."""
