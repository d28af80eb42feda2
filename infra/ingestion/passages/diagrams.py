"""The source of a diagram, which readers see as a picture: it answers nobody, and its words are not the page's."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from shared.retrieval.blocks import Code

if TYPE_CHECKING:
    from shared.retrieval.blocks import Block

LANGUAGES: Final = frozenset(
    re.findall(
        r"\w+",
        "mermaid plantuml puml graphviz dot gv d2 ditaa nomnoml svgbob wavedrom pikchr blockdiag seqdiag actdiag nwdiag"
        " bytefield",
    )
)
"""As fences and directives name them: `mermaid`, `{mermaid}`, `kroki-plantuml`."""
BEGINS: Final = re.compile(
    r"\s*(?:---\n.*?\n---\s*|%%[^\n]*\s+)*"
    r"(?:@start(?:uml|mindmap|salt|gantt|json|yaml|wbs)\b|(?:strict\s+)?(?:di)?graph\s+(?:\w+\s*|\"[^\"\n]*\"\s*)?\{"
    r"|(?:graph|flowchart)[ \t]+(?:TB|TD|BT|RL|LR)\b"
    r"|(?:sequenceDiagram|classDiagram|stateDiagram(?:-v2)?|erDiagram|gitGraph|quadrantChart)\s*?\n)",
    re.DOTALL,
)
"""How one begins whose block names no language."""


def is_diagram(block: Block) -> bool:
    """Whether a block is the source of one."""
    if not isinstance(block, Code):
        return False
    language = block.language.lower().strip("{}.:").removeprefix("kroki-")
    return language in LANGUAGES or (not language and BEGINS.match(block.text) is not None)
