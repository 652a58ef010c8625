"""Warn of links to places of a page that are not there, which Sphinx does not look at in what it generates itself."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from sphinx.application import Sphinx
from sphinx.util import logging

LOGGER = logging.getLogger(__name__)


def check_anchors(app: Sphinx, error: Exception | None) -> None:
    """Look at the links of all pages, once all are written."""
    if error or app.builder.name != "html":
        return
    texts = {path.resolve(): path.read_text(encoding="utf-8") for path in Path(app.outdir).rglob("*.html")}
    places = {path: set(re.findall(r'\bid="([^"]+)"', text)) for path, text in texts.items()}
    for path, text in texts.items():
        for page, place in re.findall(r'href="(?!https?:|mailto:)([^"#]*)#([^"]+)"', text):
            target = (path.parent / page).resolve() if page else path
            if place not in places.get(target, ()):
                LOGGER.warning("%s has a link to %s#%s, which is not there", path.name, page, place)


def setup(app: Sphinx) -> dict[str, Any]:
    """Register the event handler."""
    app.connect("build-finished", check_anchors)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
