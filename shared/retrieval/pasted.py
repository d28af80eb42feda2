"""What a reader pasted with a question: of a traceback the error alone tells what is asked.

The frames around it are the reader's own files and lines. They would outweigh the error, by words and by meaning.
"""

from __future__ import annotations

import re
from typing import Final

TRACEBACK: Final = "Traceback (most recent call last)"
PYTHON_LINES: Final = re.compile(
    rf"(?:^.*{re.escape(TRACEBACK)}:?[ \t]*\n(?:[ \t]+.*(?:\n|$))*"
    r"|^(?:During handling of|The above exception was) .*(?:\n|$))",
    re.MULTILINE,
)
"""From the line that announces the frames to the last of them, which are indented; what comes next is the error."""
ERROR: Final = re.compile(r"(?:Error|Exception|Warning|Exit|Interrupt): ")
"""How the name of one ends, where a field took the line breaks away."""
CALLED_AT: Final = re.compile(
    r"\s{1,40}at (?:async )?(?:[\w$.<>\[\]/ ]{1,120}? ?\([^()\n]{1,200}\)|(?:file://|node:|/)\S+:\d+:\d+)"
    r"|\s{0,40}\.\.\. \d+ (?:more|common frames omitted)"
)
"""A frame of Java or JavaScript."""
LEAST: Final = 2
"""Frames; one alone may be a sentence: "at home (in Berlin)"."""


def without_frames(question: str) -> str:
    """The question with the errors of its tracebacks and without their frames; any other as it is."""
    told = question
    if TRACEBACK in told:
        told = _flat(PYTHON_LINES.sub("", told))
    if len(CALLED_AT.findall(told)) >= LEAST:
        told = CALLED_AT.sub("", told)
    return question if told == question else told.strip() or question


def _flat(text: str) -> str:
    """Without what stands between the word that announces frames and the name of the error, all in a line."""
    while (begin := text.find(TRACEBACK)) >= 0:
        named = ERROR.search(text, begin)
        if named is None:
            return text
        end = named.start()
        while text[end - 1].isalnum() or text[end - 1] in "._":
            end -= 1
        text = f"{text[:begin]}{text[end:]}"
    return text
