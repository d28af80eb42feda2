from __future__ import annotations

import ast
import operator
import re
from typing import TYPE_CHECKING, Final

import yaml

from infra.bundle import PROJECT

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

PAGE = (PROJECT / "specs" / "guides" / "costs.md").read_text(encoding="utf-8")
COLUMNS: Final = 3
OPERATORS: Final[dict[type[ast.operator], Callable[[float, float], float]]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: lambda a, b: a / b,
}
FUNCTIONS: Final[dict[str, Callable[..., float]]] = {"min": min, "max": max}


def rows(first_title: str) -> list[list[str]]:
    """Cells of the table that begins with this title, without its head."""
    table = PAGE[PAGE.index(f"| {first_title} |") :].split("\n\n")[0]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in table.splitlines()[2:]]


def number(text: str) -> float:
    return float(text.replace(",", ""))


def value(formula: ast.expr, known: Mapping[str, float]) -> float:
    """What a formula comes to: numbers, names, the four kinds of arithmetic, min and max."""
    match formula:
        case ast.Constant(value=int() | float() as constant):
            return constant
        case ast.Name(id=name):
            return known[name]
        case ast.BinOp(left=left, op=kind, right=right):
            return OPERATORS[type(kind)](value(left, known), value(right, known))
        case ast.Call(func=ast.Name(id=name), args=arguments):
            return FUNCTIONS[name](*(value(each, known) for each in arguments))
        case _:
            raise ValueError(ast.unparse(formula))


def test_the_sums_follow_from_the_prices_by_the_formulas_beside_them() -> None:
    prices = {name.strip("`"): number(price) for name, price, *_ in rows("`name`")}
    for column in range(COLUMNS):
        known, total = dict(prices), 0.0
        for name, formula, *cells in rows("a month"):
            written = number(cells[column])
            if not formula.startswith("`"):
                assert name.startswith(("`", "sum"))
                known[name.strip("`")] = written
                continue
            computed = value(ast.parse(formula.strip("`"), mode="eval").body, known)
            assert round(computed, 2) == written, f"{name}: {computed}"
            if name.startswith("`"):
                known[name.strip("`")] = computed
            else:
                total += written
        assert round(total, 2) == known["sum, without Qdrant"]


def test_every_price_is_used_and_says_where_it_comes_from() -> None:
    formulas = " ".join(formula for _, formula, *_ in rows("a month"))
    for name, _, _, source in rows("`name`"):
        assert re.search(rf"\b{name.strip('`')}\b", formulas)
        assert source


def test_as_many_alarms_are_paid_for_as_the_stack_has() -> None:
    template = yaml.load((PROJECT / "infra" / "template.yaml").read_text(encoding="utf-8"), Loader=yaml.CSafeLoader)
    alarms = [name for name, each in template["Resources"].items() if each["Type"] == "AWS::CloudWatch::Alarm"]
    assert f"| {len(alarms)} alarms | `({len(alarms)} - 10) * alarm` |" in PAGE
