"""Small changes to a module, each of which a test should notice: one at a time, as edits of its text."""

from __future__ import annotations

import ast
import re
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator

SWAPPED: Final[dict[type[ast.AST], str]] = {
    ast.Lt: "<=",
    ast.LtE: "<",
    ast.Gt: ">=",
    ast.GtE: ">",
    ast.Eq: "!=",
    ast.NotEq: "==",
    ast.Is: "is not",
    ast.IsNot: "is",
    ast.In: "not in",
    ast.NotIn: "in",
    ast.Add: "-",
    ast.Sub: "+",
    ast.Mult: "/",
    ast.Div: "*",
    ast.FloorDiv: "*",
}
"""What stands for what, between two operands."""

IS_SQL: Final = re.compile(r"\b(select|insert into|update|delete from)\b", re.IGNORECASE)
IN_SQL: Final = (
    (re.compile(r"[\w.\"]+ = \(?(?:select )?signed_in_user\(\)\)?"), "true"),
    (re.compile(r"(?<=\band )[^()\n]*(?:\([^()\n]*\)[^()\n]*)*$", re.MULTILINE), "true"),
    (re.compile(r"(?<=\bwhere )[^()\n]*(?:\([^()\n]*\)[^()\n]*)*$", re.MULTILINE), "true"),
    (re.compile(r" desc\b"), " asc"),
    (re.compile(r" for (no key )?update\b"), ""),
    (re.compile(r"(?<=limit )\$\d+(::\w+)?"), "1"),
    (re.compile(r"(?<= )<(?= )"), "<="),
    (re.compile(r"(?<= )>(?= )"), ">="),
)
"""What is looked for in a statement, and what it becomes; conditions that span lines are left alone."""


@dataclass(frozen=True, slots=True)
class Mutation:
    """One change.

    Attributes:
        line: Where it is, from 1.
        before: The line, without its margin.
        after: The same, changed; further lines are left out.
        text: The whole module with the change.
    """

    line: int
    before: str
    after: str
    text: str

    @property
    def change(self) -> str:
        """What it does, whatever line it stands in."""
        return f"{self.before} -> {self.after}"


def mutations(text: str) -> Iterator[Mutation]:
    """Every change that can be made to a module, from its top to its end; none of them breaks its syntax.

    Left alone are annotations, documentation, what only type checkers read, and what is told to the log.
    """
    edits = sorted(set(_Finder(text).edits()))
    for begin, end, new in edits:
        changed = text[:begin] + new + text[end:]
        if changed != text and _is_python(changed):
            yield _mutation(text, changed, begin)


def _mutation(text: str, changed: str, begin: int) -> Mutation:
    line = text.count("\n", 0, begin)
    # a statement that was cut may leave fewer lines than there were
    before, after = (each.splitlines()[line].strip() for each in (text, f"{changed}\n"))
    return Mutation(line + 1, before, after, changed)


def _is_python(text: str) -> bool:
    try:
        compile(text, "mutant", "exec", dont_inherit=True)
    except SyntaxError:
        return False
    return True


Edit = tuple[int, int, str]


class _Finder:
    """Finds what can be changed in a module: from which character to which, and into what."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._tree = ast.parse(text)
        self._starts = [0]
        for line in text.splitlines(keepends=True):
            self._starts.append(self._starts[-1] + len(line.encode()))
        self._bytes = text.encode()

    def edits(self) -> Iterator[Edit]:
        for node in _mutable(self._tree):
            yield from self._of(node)

    def _of(self, node: ast.AST) -> Iterator[Edit]:
        match node:
            case ast.Constant(value=bool() | int() | float() as value):
                yield (*self._span(node), repr(not value if isinstance(value, bool) else value + 1))
            case ast.Constant(value=str()) | ast.JoinedStr():
                yield from self._of_text(node)
            case ast.expr():
                yield from self._of_operation(node)
            case ast.stmt():
                yield from self._of_statement(node)
            case _:
                pass

    def _of_operation(self, node: ast.expr) -> Iterator[Edit]:
        match node:
            case ast.Compare(left=first, ops=kinds, comparators=others):
                for left, kind, right in zip([first, *others], kinds, others, strict=False):
                    yield from self._swap(left, right, SWAPPED.get(type(kind)))
            case ast.BinOp(op=kind, left=left, right=right):
                yield from self._swap(left, right, SWAPPED.get(type(kind)))
            case ast.BoolOp(op=kind, values=values):
                for left, right in pairwise(values):
                    yield from self._swap(left, right, "or" if isinstance(kind, ast.And) else "and")
            case ast.UnaryOp(op=ast.Not(), operand=operand):
                yield (*self._span(node), f"({self._source(operand)})")
            case ast.IfExp(test=test):
                yield (*self._span(test), f"(not ({self._source(test)}))")
            case _:
                pass

    def _of_statement(self, node: ast.stmt) -> Iterator[Edit]:
        match node:
            case ast.If(test=test) | ast.While(test=test):
                yield (*self._span(test), f"(not ({self._source(test)}))")
            case ast.Return(value=ast.expr() as value) if not isinstance(value, ast.Constant):
                yield (*self._span(value), "None")
            case ast.Expr(value=ast.Call()) | ast.Assign(targets=[ast.Attribute()]) | ast.AugAssign() | ast.Raise():
                yield (*self._span(node), "pass")
            case _:
                pass

    def _of_text(self, node: ast.expr) -> Iterator[Edit]:
        source, begin = self._source(node), self._span(node)[0]
        for pattern, new in IN_SQL if IS_SQL.search(source) else ():
            for found in pattern.finditer(source):
                yield (begin + found.start(), begin + found.end(), new)

    def _swap(self, left: ast.expr, right: ast.expr, new: str | None) -> Iterator[Edit]:
        """The operator between two operands, in whatever parentheses or on whatever line they are."""
        begin, end = self._span(left)[1], self._span(right)[0]
        found = re.search(r"\bnot\s+in\b|\bis\s+not\b|\b(and|or|is|in)\b|//|[<>=!]=|[-+*/<>]", self._text[begin:end])
        if new and found:
            yield (begin + found.start(), begin + found.end(), new)

    def _source(self, node: ast.expr) -> str:
        begin, end = self._span(node)
        return self._text[begin:end]

    def _span(self, node: ast.AST) -> tuple[int, int]:
        """Python counts bytes of a line; the text is cut by characters."""
        line, column, last, last_column = (
            getattr(node, name) for name in ("lineno", "col_offset", "end_lineno", "end_col_offset")
        )
        return self._character(line, column), self._character(last, last_column)

    def _character(self, line: int, column: int) -> int:
        return len(self._bytes[: self._starts[line - 1] + column].decode())


def _mutable(node: ast.AST) -> Iterator[ast.AST]:
    """The node and what is below it, without what only people and type checkers read."""
    if _says_nothing_to_a_test(node):
        return
    yield node
    for child in ast.iter_child_nodes(node):
        if not isinstance(node, ast.JoinedStr) and child not in _for_type_checkers(node):
            yield from _mutable(child)


def _for_type_checkers(node: ast.AST) -> list[ast.AST]:
    return [getattr(node, name, None) or node for name in ("annotation", "returns")]


def _says_nothing_to_a_test(node: ast.AST) -> bool:
    match node:
        case ast.Expr(value=ast.Constant()) | ast.Import() | ast.ImportFrom():  # the first is documentation
            return True
        case ast.If(test=ast.Name(id="TYPE_CHECKING")) | ast.AnnAssign(annotation=ast.Name(id="TypeAlias")):
            return True
        case ast.Subscript(value=ast.Name(id="Literal" | "Annotated")) | ast.Call(func=ast.Name(id="cast")):
            return True
        # what is frozen, type checkers hold
        case ast.Call(func=ast.Name(id="dataclass") | ast.Attribute(value=ast.Name(id="log"))):
            return True
        case ast.Expr(value=ast.Call() as call):
            return _says_nothing_to_a_test(call)
        case _:
            return False
