"""The source of a diagram is neither found nor shown, whatever generator's output it stands in."""

from __future__ import annotations

from pathlib import Path

import pytest

from infra.ingestion.form import Page
from infra.ingestion.html.document import read_document
from infra.ingestion.markdown.reader import page_of
from infra.ingestion.markdown.routes import Site
from infra.ingestion.passages.pages import passages
from infra.ingestion.sources import Source

SOURCE = "kettle --> teapot"


def stored(page: Page) -> str:
    """All that is written of it."""
    return " ".join(f"{each.text} {each.blocks}" for each in passages(page, "book"))


def of_markdown(text: str) -> str:
    return stored(page_of(f"# Tea\n\nBoil water.\n\n{text}\n\nPour it.", Source(Path("a.md"), "a"), Site("book")))


def of_html(html: str) -> str:
    document = read_document(
        f"<html><body><main><h1>Tea</h1><p>Boil water.</p>{html}<p>Pour it.</p></main></body></html>"
    )
    return stored(Page("a", "https://tea.example/a", "Tea", content=document.content))


@pytest.mark.parametrize(
    "block",
    [
        f"```mermaid\nflowchart LR\n  {SOURCE}\n```",
        f"```{{mermaid}}\nsequenceDiagram\n  {SOURCE}\n```",
        f"~~~plantuml\n@startuml\n{SOURCE}\n@enduml\n~~~",
        f"```dot\ndigraph {{ {SOURCE} }}\n```",
        f"```graphviz\ndigraph {{ {SOURCE} }}\n```",
        f"```\ngraph TD\n  {SOURCE}\n```",
        f"```\n@startuml\n{SOURCE}\n@enduml\n```",
        f"```\nstrict digraph brew {{\n {SOURCE}\n}}\n```",
        f"```\n%%{{init: {{}}}}%%\nsequenceDiagram\n  {SOURCE}\n```",
        f"1. First\n\n   ```mermaid\n   graph TD\n   {SOURCE}\n   ```",
        f":::note\n```mermaid\ngraph TD\n{SOURCE}\n```\n:::",
    ],
)
def test_a_fence_in_markdown_is_left_out(block: str) -> None:
    text = of_markdown(block)
    assert "teapot" not in text
    assert "Boil water." in text
    assert "Pour it." in text


@pytest.mark.parametrize(
    "html",
    [
        f'<pre class="mermaid">graph TD\n{SOURCE}</pre>',
        f'<pre class="mermaid"><code>graph TD\n{SOURCE}</code></pre>',
        f'<div class="mermaid">graph TD\n{SOURCE}</div>',
        f'<pre><code class="language-mermaid">graph TD\n{SOURCE}</code></pre>',
        f'<div class="highlight-dot"><pre>digraph {{ {SOURCE} }}</pre></div>',
        f'<div class="graphviz"><img alt="digraph {{ {SOURCE} }}" src="g.png"></div>',
        f'<p class="plantuml"><img alt="@startuml {SOURCE} @enduml" src="g.png"></p>',
    ],
)
def test_so_is_what_generators_make_of_it(html: str) -> None:
    text = of_html(html)
    assert "teapot" not in text
    assert "Boil water." in text
    assert "Pour it." in text


@pytest.mark.parametrize(
    "block",
    [
        f"```md\n```mermaid\n{SOURCE}\n```",
        "```python\ngraph = teapot()\n```",
        "```\ngraph of the teapot\n```",
        "```\nteapot --flowchart\n```",
    ],
)
def test_other_code_stays(block: str) -> None:
    assert "teapot" in of_markdown(block)
