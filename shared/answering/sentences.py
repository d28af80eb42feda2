"""A passage's Markdown taken apart into sentences that can be quoted one by one.

A list item or a table row counts as one sentence, and the head of a table as none. Code is never a sentence: it belongs
to the one before it, whole.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from textwrap import dedent
from typing import TYPE_CHECKING, Final

from shared.answering.markup import CODE_SPAN, INVISIBLE, inline
from shared.retrieval.lexical import words

if TYPE_CHECKING:
    from collections.abc import Iterator

LEAST_WORDS: Final = 5
"""A shorter sentence says nothing without its neighbours."""

LABEL_WORDS: Final = 2

FENCE: Final = re.compile(r"^\s*(`{3,}|~{3,})\s*([\w+#.-]*)")
ITEM: Final = re.compile(r"^\s*([-*+]|\d{1,3}[.)])\s+(?=\S)")
ROW: Final = re.compile(r"^\s*\|.*\|\s*$")
RULE: Final = re.compile(r"^[\s|:=*_-]*$")
SKIPPED: Final = re.compile(r"^\s*(?:#{1,6}\s|:::|\[!\w+\]\s*$|\[[^\]]+\]:\s)")
"""Headings (the source's title says them), the fences of admonitions, definitions of links."""

ABBREVIATIONS: Final = "".join(
    rf"(?<!\b{each}\.)" for each in ("e\\.g", "i\\.e", "vs", "cf", "etc", "Fig", "Eq", "Dr", "Mr", "Mrs", "St", "[A-Z]")
)
BREAK: Final = re.compile(
    rf"(?:(?<=[.!?]){ABBREVIATIONS}|(?<=[.!?][\"')\]]))\s+(?=[^\sa-z])"
    r"|(?<=[\u3002\uff01\uff1f\u06d4\u061f\u0964])\s*"
)
"""Between two sentences, also after the full stops and question marks of Chinese, Urdu, Arabic and Hindi."""

GLUE: Final = "\x00"
"""Stands for a space inside a code span while sentences are split; `inline` never leaves one."""

EMPTY_HANDED: Final = re.compile(r"!?\[[^\]]*\]\([^)]*\)|<?https?://\S+|\*\*.*?\*\*|__.*?__")


@dataclass(frozen=True, slots=True)
class Sentence:
    """One thing that can be quoted.

    Attributes:
        text: One line of Markdown, safe to quote.
        marker: `-` or `1.` where it is a list item.
        code: The code block, fences included, that follows at once.
        items: The list items that follow at once, where the sentence ends with a colon.
    """

    text: str
    marker: str = ""
    code: str = ""
    items: tuple[str, ...] = ()

    @property
    def quotable(self) -> bool:
        """Whether it says something on its own."""
        return len(words(self.text)) >= LEAST_WORDS or bool(self.code and words(self.text))

    @property
    def line(self) -> str:
        """The text with its list marker."""
        return f"{self.marker} {self.text}" if self.marker else self.text


@dataclass(slots=True)
class _Reader:
    """Collects lines into paragraphs, and paragraphs into sentences."""

    sentences: list[Sentence] = field(default_factory=list[Sentence])
    paragraph: list[str] = field(default_factory=list[str])
    marker: str = ""
    rows: int = 0
    """Of the table so far, its head included."""

    def end_paragraph(self) -> None:
        raw = " ".join(self.paragraph)
        marker, self.paragraph, self.marker = self.marker, [], ""
        if words(EMPTY_HANDED.sub("", raw)):
            whole = inline(raw)
            self.sentences += [Sentence(whole, marker)] if marker else map(Sentence, split(whole))

    def begin_item(self, marker: str, text: str) -> None:
        self.end_paragraph()
        self.marker, self.paragraph = marker if marker[0].isdigit() else "-", [text]

    def attach_code(self, block: str) -> None:
        """To the sentence before it; a label between the two ("Command:", a tab's name) is dropped."""
        self.end_paragraph()
        if self._ends_with_label():
            self.sentences.pop()
        if not self.sentences:
            self.sentences.append(Sentence("", code=block))
        elif not self.sentences[-1].code:
            self.sentences[-1] = replace(self.sentences[-1], code=block)

    def _ends_with_label(self) -> bool:
        before, label = self.sentences[-2:] if len(self.sentences) > 1 else (Sentence(""), Sentence(""))
        return before.text.endswith(":") and not before.code and len(words(label.text)) <= LABEL_WORDS


def sentences_of(markdown: str) -> list[Sentence]:
    """The sentences of a passage, in order, those that cannot be quoted alone included."""
    reader = _Reader()
    lines = iter(markdown.splitlines())
    for line in lines:
        if fence := FENCE.match(line):
            reader.attach_code(_code_block(fence, lines))
        else:
            _read_line(reader, line.lstrip("> ") if line.lstrip().startswith(">") else line)
    reader.end_paragraph()
    return _with_items(reader.sentences)


def split(text: str) -> list[str]:
    """Sentences of one line of prose; never cut inside a code span."""
    glued = CODE_SPAN.sub(lambda span: span.group().replace(" ", GLUE), text)
    return [part.replace(GLUE, " ").strip() for part in BREAK.split(glued) if part and part.strip()]


def _read_line(reader: _Reader, line: str) -> None:
    reader.rows = reader.rows + 1 if ROW.match(line) else 0
    if reader.rows == 2 and RULE.match(line):  # noqa: PLR2004 (what stands above it is the head of the table)
        reader.paragraph.clear()
    elif SKIPPED.match(line) or RULE.match(line):
        reader.end_paragraph()
    elif item := ITEM.match(line):
        reader.begin_item(item.group(1), line[item.end() :])
    elif ROW.match(line):
        reader.begin_item("-", " · ".join(filter(None, map(str.strip, line.strip().strip("|").split("|")))))
    else:
        reader.paragraph.append(line)


def _code_block(fence: re.Match[str], lines: Iterator[str]) -> str:
    """The whole block, closed even where the passage ends before it does."""
    mark, language = fence.group(1), fence.group(2)
    body: list[str] = []
    for line in lines:
        if line.strip().startswith(mark) and not line.strip().strip(mark[0]):
            break
        body.append(INVISIBLE.sub("", line))
    return "\n".join([mark + language, *dedent("\n".join(body)).split("\n"), mark])


def _with_items(sentences: list[Sentence]) -> list[Sentence]:
    """The same, each sentence that ends with a colon knowing the list that it announces."""
    return [
        replace(each, items=tuple(_items_after(sentences, at))) if each.text.endswith(":") and not each.marker else each
        for at, each in enumerate(sentences)
    ]


def _items_after(sentences: list[Sentence], at: int) -> Iterator[str]:
    for each in sentences[at + 1 :]:
        if not each.marker:
            return
        yield each.line
