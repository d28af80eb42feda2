"""What an agent may do with the book: search it, read a section, ask it. Nothing of it changes anything."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated, Any, Final

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError

from functions.mcp.protocol import INVALID_PARAMS, Refused
from functions.mcp.resources import OF_THE_SITE
from shared.answering.extractive.citations import plain
from shared.answering.extractive.snippets import snippet
from shared.answering.models import Mode
from shared.answering.turn.respondent import Respondent
from shared.complaints import sentence
from shared.errors import RetrievalUnavailable
from shared.record import record
from shared.retrieval import reading
from shared.retrieval.models import one_of_each_page
from shared.retrieval.queries import Edition

if TYPE_CHECKING:
    from collections.abc import Callable

    from shared.retrieval.search import Book

    Json = dict[str, Any]

Question = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=1, max_length=4000, pattern=r"^[^\x00]*$")
]
Name = Annotated[str, StringConstraints(min_length=1, max_length=100)]


class Arguments(BaseModel):
    """Of every tool; an argument that no tool knows is refused, so that it is not taken for one that works."""

    model_config = ConfigDict(extra="forbid")


class Filtered(Arguments):
    """Of tools that look for something."""

    version: Name | None = Field(default=None, description="Only what this version of the documentation says")
    language: Name | None = Field(default=None, description="Only pages in this language, a two-letter code")

    @property
    def edition(self) -> Edition:
        """Which pages are looked at."""
        return Edition(self.version, self.language)


class Search(Filtered):
    """Of `search_docs`."""

    query: Question = Field(description="Words or a question")
    limit: int = Field(default=8, ge=1, le=20, description="The most results")


class Read(Arguments):
    """Of `read_section`."""

    url: Annotated[str, StringConstraints(min_length=1, max_length=2000)] = Field(
        description="Address of a section as a result names it, or of a page for all of it"
    )


class Ask(Filtered):
    """Of `ask_docs`."""

    question: Question = Field(description="One question, which says by itself what it means")


@record
class Tool:
    """A tool and how it is described."""

    name: str
    title: str
    description: str
    arguments: type[Arguments]
    answer: Json
    run: Callable[[Book, Any], tuple[str, Json]]

    def described(self) -> Json:
        """As a list of tools holds it."""
        return {
            "name": self.name,
            "title": self.title,
            "description": self.description,
            "inputSchema": self.arguments.model_json_schema(),
            "outputSchema": self.answer,
            "annotations": {"readOnlyHint": True, "idempotentHint": True, "openWorldHint": False},
        }

    def call(self, book: Book, arguments: object) -> Json:
        """Its result; what is wrong with the arguments is one too, so that a model can mend it."""
        try:
            text, found = self.run(book, self.arguments.model_validate(arguments))
        except ValidationError as error:
            return _failed("; ".join(map(_complaint, error.errors()[:MOST_COMPLAINTS])))
        except RetrievalUnavailable as error:
            return _failed(error.message)
        return {"content": [{"type": "text", "text": text}], "structuredContent": found, "isError": False}


MOST_COMPLAINTS: Final = 5


def _complaint(found: Any) -> str:  # noqa: ANN401 (pydantic's own type is that of a TypedDict)
    where = ".".join(map(str, found["loc"]))[:100]
    says = "there is no such argument" if found["type"] == "extra_forbidden" else sentence(found)
    return f"{where}: {says}" if where else f"The arguments {says}."


def _failed(message: str) -> Json:
    return {"content": [{"type": "text", "text": message}], "isError": True}


def _search(book: Book, asked: Search) -> tuple[str, Json]:
    found = book.search(asked.query, limit=3 * asked.limit, edition=asked.edition)
    results = [
        {
            "title": plain(each.label),
            "url": each.url,
            "snippet": snippet(found.question, each, found.vocabulary),
            "language": each.language,
            "version": each.version,
        }
        for each in one_of_each_page(found.passages)[: asked.limit]
    ]
    lines = [f"- {each['title']}\n  {each['url']}\n  {each['snippet']}" for each in results]
    return "\n".join(lines) or "Nothing was found.", {"results": results}


def _read(book: Book, asked: Read) -> tuple[str, Json]:
    found = reading.read_text(book, asked.url.removeprefix(OF_THE_SITE))
    if found is None:
        return "There is no section or page at this address.", {"found": False}
    return found.document, {"found": True, **asdict(found)}


def _ask(book: Book, asked: Ask) -> tuple[str, Json]:
    found = book.search(asked.question, edition=asked.edition)
    answer = Respondent(lambda _: found, set()).alone(asked.question)
    sources = [{"n": each.n, "title": each.title, "url": each.url} for each in answer.sources]
    listed = "\n".join(f"[{each['n']}] {each['title']}: {each['url']}" for each in sources)
    told = {"answered": answer.mode is Mode.EXTRACTIVE, "answer": answer.text, "sources": sources}
    return f"{answer.text}\n\n{listed}".strip(), told


def _object(**properties: Json) -> Json:
    return {"type": "object", "properties": properties}


TEXT: Final[Json] = {"type": "string"}
FLAG: Final[Json] = {"type": "boolean"}
RESULTS: Final[Json] = {
    "type": "array",
    "items": _object(title=TEXT, url=TEXT, snippet=TEXT, language=TEXT, version=TEXT),
}
SOURCES: Final[Json] = {"type": "array", "items": _object(n={"type": "integer"}, title=TEXT, url=TEXT)}

TOOLS: Final = {
    each.name: each
    for each in (
        Tool(
            "search_docs",
            "Search the documentation",
            "Finds the sections of this documentation that belong to words or a question, the best of each page.",
            Search,
            _object(results=RESULTS) | {"required": ["results"]},
            _search,
        ),
        Tool(
            "read_section",
            "Read a section or a page",
            "Gives the text of a section, or of a whole page, of this documentation as Markdown.",
            Read,
            _object(found=FLAG, url=TEXT, title=TEXT, heading=TEXT, markdown=TEXT, complete=FLAG)
            | {"required": ["found"]},
            _read,
        ),
        Tool(
            "ask_docs",
            "Ask the documentation",
            "Answers a question with what this documentation says, quoted, with its sources; or says that it does not.",
            Ask,
            _object(answered=FLAG, answer=TEXT, sources=SOURCES) | {"required": ["answered", "answer", "sources"]},
            _ask,
        ),
    )
}


def call(book: Book, params: Json) -> Json:
    """What `tools/call` answers.

    Raises:
        Refused: There is no such tool.
    """
    tool = TOOLS.get(str(params.get("name")))
    if tool is None:
        raise Refused(INVALID_PARAMS, f"There is no such tool; there are {', '.join(TOOLS)}.")
    given = params.get("arguments")
    return tool.call(book, {} if given is None else given)
