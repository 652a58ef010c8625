"""The children of ``multiprocessing``: each has the AWS variables that its parent has when it starts.

With the start method ``forkserver`` they would have those of the moment when the server was started: in a mock, the
machine's real keys; after a mock, the fake ones. Children of all other kinds inherit what their parent has.
"""

from __future__ import annotations

import functools
import os
from typing import Any

_KEY = "bedrock_jobs_environment"
_PROGRAM = """
import os
for name in [name for name in os.environ if name.startswith("AWS_")]:
    del os.environ[name]
os.environ.update({variables!r})
"""


class _Variables:
    """Sets the variables in the process that unpickles it, which need not be able to import this package."""

    def __reduce__(self) -> tuple[Any, ...]:
        variables = {name: value for name, value in os.environ.items() if name.startswith("AWS_")}
        return exec, (_PROGRAM.format(variables=variables), {})


def wrap_spawn(module: Any) -> None:
    """Add the variables to what a child reads first, before it imports any code of the parent's."""
    prepare = module.get_preparation_data
    if hasattr(prepare, _KEY):
        return

    @functools.wraps(prepare)
    def get_preparation_data(*args: Any, **kwargs: Any) -> dict[str, Any]:
        return {**prepare(*args, **kwargs), _KEY: _Variables()}

    setattr(get_preparation_data, _KEY, True)
    module.get_preparation_data = get_preparation_data
