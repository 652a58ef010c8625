"""``python -m pytest_bedrock_jobs help "A loop that never ends"``: the troubleshooting page, one heading at a time."""

from __future__ import annotations

import argparse
import re
from pathlib import Path

from .service.errors import nearest_first

_HERE = Path(__file__).parent
# The wheel has the page within the package; a clone of the repository has it among the others.
_PAGES = (_HERE / "troubleshooting.md", _HERE.parent / "docs" / "troubleshooting.md")


def main() -> None:
    """Print what the command line asks for: all headings, or the text below one of them."""
    parser = argparse.ArgumentParser(
        prog="python -m pytest_bedrock_jobs", description="Explain an error of pytest-bedrock-jobs."
    )
    parser.add_argument("command", choices=["help"], metavar="help", help="explain an error, or list their headings")
    parser.add_argument("heading", nargs="*", default=(), help="the heading that the error's message names")
    wanted = " ".join(parser.parse_args().heading)
    sections = _sections()
    if not wanted:
        print("Each of these explains an error, as in: python -m pytest_bedrock_jobs help", f'"{next(iter(sections))}"')
        print("", *sections, sep="\n")
        return
    heading = nearest_first(wanted, sections)[0]
    if heading.lower() != wanted.lower():
        parser.error(f'there is no heading "{wanted}"; the nearest is "{heading}"')
    print(heading, "=" * len(heading), "", sections[heading], sep="\n")


def _sections() -> dict[str, str]:
    """The text below each heading of an error, without the links, whose pages are not in the wheel."""
    page = next(path for path in _PAGES if path.exists()).read_text(encoding="utf-8")
    page = re.sub(r"\[([^]]+)\]\([^)]+\)", r"\1", page)
    sections = re.findall(r"^### ([^\n]*)\n(.*?)(?=^##|\Z)", page, flags=re.MULTILINE | re.DOTALL)
    return {heading: text.strip() for heading, text in sections}


if __name__ == "__main__":
    main()
