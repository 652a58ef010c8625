"""Sphinx: what the pages in this folder are built with."""

from __future__ import annotations

import sys
from importlib import metadata
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent / "_ext"))

project = "pytest-bedrock-jobs"
author = "the authors of pytest-bedrock-jobs"
version = release = metadata.version(project)
# The pages' address is in pyproject.toml once it is known.
html_baseurl = dict(url.split(", ", 1) for url in metadata.metadata(project).get_all("Project-URL") or []).get(
    "Documentation", ""
)

extensions = [
    "myst_parser",
    "sphinx.ext.autodoc",
    "sphinx.ext.napoleon",
    "sphinx_copybutton",
    "anchors",
    "behaviour_table",
    "docstrings",
    "phone_tables",
]
exclude_patterns = ["_build"]

myst_enable_extensions = ["colon_fence", "deflist"]
myst_heading_anchors = 4

# Names are shown as users import them, and signatures as they are written.
add_module_names = False
python_use_unqualified_type_names = True
autodoc_member_order = "bysource"
# Names that the page explains are not written out.
autodoc_type_aliases = {
    name: name
    for name in (
        "DeploymentStatus",
        "ErrorCode",
        "GivenFiles",
        "Job",
        "JobStatus",
        "Model",
        "Operation",
        "ProgressOption",
        "Response",
        "Times",
        "Where",
    )
}
python_maximum_signature_line_length = 88
napoleon_numpy_docstring = False
napoleon_use_ivar = True

html_theme = "furo"
html_title = f"{project} {version}"
html_show_copyright = False
html_static_path = ["_static"]
html_css_files = ["custom.css"]
html_theme_options = {"navigation_with_keys": True}
pygments_style = "friendly"
pygments_dark_style = "monokai"
copybutton_exclude = ".linenos, .gp, .go"
