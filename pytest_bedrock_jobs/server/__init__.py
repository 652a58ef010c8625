"""The mock over HTTP, for other processes and other languages."""

from __future__ import annotations

LOOPBACK = "127.0.0.1"
"""Where servers listen: nothing outside of the machine can reach them."""
