"""Keeps secrets out of reports and messages, in case a parameter contains one."""

from __future__ import annotations

import re

# Access key ids, secret keys, session tokens, Bedrock API keys, bearer tokens, tokens of Hugging Face and GitHub. No
# pattern here may scan the rest of a long text again from each of its positions: people do send 60 KB in one parameter.
# As text: `re` compiles it for the first report.
_CREDENTIALS = (
    r"(?:AKIA|ASIA)[A-Z0-9]{12,}"
    r"|(?<![A-Za-z0-9/+])(?=[a-z0-9/+]*[A-Z])(?=[A-Z0-9/+]*[a-z])[A-Za-z0-9/+]{40}(?![A-Za-z0-9/+=])"
    r"|(?:IQoJ|FQoG|FwoG)[A-Za-z0-9+/=]{32,}"
    r"|(?:ABSK|bedrock-api-key-)[A-Za-z0-9+/=]{8,}"
    r"|hf_[A-Za-z0-9]{30,}|gh[opsur]_[A-Za-z0-9]{36,}|github_pat_[A-Za-z0-9_]{22,}"
    r"|(?i:bearer)[\s:=]+[\w.~+/=-]{8,}"
)
# A JSON Web Token, wherever it begins in a word: each word is read once, up to its first "eyJ".
_JWT = r"(?<![\w-])((?:(?!eyJ)[\w-])*)eyJ[\w-]{8,}\.[\w-]+(?:\.[\w-]*)?"


def short(text: str, width: int) -> str:
    """One line of a text without secrets. They are removed before the text is cut, or half of one could remain."""
    text = re.sub(_CREDENTIALS, "[secret]", re.sub(_JWT, r"\1[secret]", text))
    return cut(" ".join(text.split()), width)


def cut(text: str, width: int) -> str:
    """A text, or as much of it as fits."""
    return text if len(text) <= width else f"{text[: width - 3]}..."
