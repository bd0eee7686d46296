"""JSON as we write it: stable, indented, plain ASCII, sizes such as [3, 3] on one line."""

from __future__ import annotations

import json
import re

_SHORT_LIST = re.compile(r"\[\n\s+([^\[\]{}\"\n]+(?:\n\s+[^\[\]{}\"\n]+)*)\n\s+\]")


def json_text(document: object) -> str:
    """Write a document with two blanks an indent and a line break at the end.

    Numbers are written so that they read back exactly. Other characters than ASCII are escaped:
    a reader that opens the file in its platform's encoding gets the same text.

    Raises
    ------
    ValueError
        For NaN and infinities, which JSON does not have.
    """
    text = json.dumps(document, indent=2, allow_nan=False)
    # A string holds no raw line break, so only lists of numbers and constants match.
    return _SHORT_LIST.sub(_on_one_line, text) + "\n"


def _on_one_line(match: re.Match[str]) -> str:
    return "[" + re.sub(r"\n\s+", " ", match[1]) + "]"
