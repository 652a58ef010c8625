"""Code blocks of Markdown pages."""

from __future__ import annotations

import re


def blocks(text, language):
    """The blocks of a language, without their fences."""
    return re.findall(rf"^```{language}\n(.*?)^```$", text, flags=re.MULTILINE | re.DOTALL)
