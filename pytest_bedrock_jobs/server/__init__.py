"""The mock over HTTP, for other processes and other languages."""

from __future__ import annotations

LOOPBACK = "127.0.0.1"
"""Where servers listen: nothing outside of the machine can reach them."""

LONGEST_WAIT = 5.0
"""The most seconds that a fault keeps a client waiting, unless a test says otherwise."""
