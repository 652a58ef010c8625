"""How hypothesis looks for counterexamples: the same few examples at every run, or many new ones."""

from __future__ import annotations

import os

from hypothesis import HealthCheck, Phase, settings

VARIABLE = "BEDROCK_JOBS_HYPOTHESIS"
"""Names the profile; ``long`` is the other one."""

_SLOW = (HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.large_base_example)


def is_long() -> bool:
    """Whether tests are to try more than they do at every change."""
    return os.environ.get(VARIABLE) == "long"


def load() -> None:
    """Register the profiles and take the one that the environment names, ``short`` by default."""
    settings.register_profile(
        "short",
        derandomize=True,
        database=None,
        deadline=None,
        max_examples=20,
        stateful_step_count=40,
        suppress_health_check=_SLOW,
        # Without the shrinking explanations, which run under a tracer of their own beside coverage's.
        phases=[Phase.explicit, Phase.generate, Phase.shrink],
    )
    settings.register_profile(
        "long", settings.get_profile("short"), derandomize=False, max_examples=1000, stateful_step_count=60
    )
    settings.load_profile(os.environ.get(VARIABLE, "short"))
