"""Small repairs of what autodoc and napoleon make of docstrings and signatures."""

from __future__ import annotations

import re
from typing import Any

from sphinx.application import Sphinx


def undo_types(app: Sphinx, what: str, name: str, obj: object, options: object, lines: list[str]) -> None:
    """Restore what napoleon has taken for the type of a property or of a function's result.

    Types stand in signatures only, so a colon in the first line of a section is just a colon.
    """
    for field, text in ((":rtype:", ":returns:"), (":type:", "")):
        kinds = [number for number, line in enumerate(lines) if line.startswith(f"{field} ")]
        for number in reversed(kinds):
            kind = lines.pop(number).removeprefix(field).strip()
            first = next(place for place, line in enumerate(lines) if line.startswith(text))
            lines[first] = re.sub(rf"^{text}( ?)", lambda match: f"{text}{match[1]}{kind}: ", lines[first])  # noqa: B023


def plain_aliases(app: Sphinx, *args: Any) -> tuple[str, str] | None:
    """Write an alias in a union by its name, as alone."""
    *_, signature, returns = args
    return signature and (re.sub(r"TypeAliasForwardRef\('(\w+)'\)", r"\1", signature), returns)


def setup(app: Sphinx) -> dict[str, Any]:
    """Register the event handlers, that of docstrings after napoleon's."""
    app.connect("autodoc-process-signature", plain_aliases)
    app.connect("autodoc-process-docstring", undo_types, priority=900)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
