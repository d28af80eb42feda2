"""What `make mutants` changes in a module, one thing at a time."""

from __future__ import annotations

import ast

import pytest

from tests.mutants.mutations import mutations


def changes(text: str) -> set[str]:
    return {mutation.after for mutation in mutations(text)}


@pytest.mark.parametrize(
    ("line", "after"),
    [
        ("a = b < c", {"a = b <= c"}),
        ("a = 0 <= b < c", {"a = 1 <= b < c", "a = 0 < b < c", "a = 0 <= b <= c"}),
        ("a = b not in c", {"a = b in c"}),
        ("a = b is c and d", {"a = b is not c and d", "a = b is c or d"}),
        ("a = not b", {"a = (b)"}),
        ("a = b + c // d", {"a = b - c // d", "a = b + c * d"}),
        ("a = b if c else d", {"a = b if (not (c)) else d"}),
        ("LIMIT: Final = 2048", {"LIMIT: Final = 2049"}),
        ("a = f(b, c=True)", {"a = f(b, c=False)"}),
        ("self.a = b", {"pass"}),
        ("f(b)", {"pass"}),
        ("a = (b\n     and c)", {"or c)"}),
        ("é = 'é' + b", {"é = 'é' - b"}),
    ],
)
def test_each_operator_number_and_statement_becomes_another(line: str, after: set[str]) -> None:
    assert changes(line) == after


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("if a:\n    pass", "if (not (a)):"),
        ("while a:\n    pass", "while (not (a)):"),
        ("def f():\n    return a", "return None"),
        ("def f():\n    raise a", "pass"),
    ],
)
def test_conditions_are_turned_round_and_results_left_out(before: str, after: str) -> None:
    assert changes(before) == {after}


def test_a_statement_for_postgres_loses_each_condition_lock_limit_and_order_by_itself() -> None:
    query = '''Q = """
    select id from message
     where user_id = (select signed_in_user()) and id = $1::uuid
       and seq < $2::int
     order by seq desc
     limit $3::int
       for update
"""'''

    assert changes(query) == {
        "where true and id = $1::uuid",
        "where user_id = (select signed_in_user()) and true",
        "and true",
        "and seq <= $2::int",
        "order by seq asc",
        "limit 1",
        "",  # no lock
    }


@pytest.mark.parametrize(
    "text",
    [
        '"""A number: 1, and a < b."""',
        "from a import b",
        "if TYPE_CHECKING:\n    import a",
        "Number: TypeAlias = int | float",
        "a: Literal[1]",
        "@dataclass(frozen=True, slots=True)\nclass A: ...",
        "log.warning('%d', 1)",
        "a = cast('list[int]', b)",
        "a = 'no statement, and nothing < else'",
    ],
)
def test_what_no_test_could_notice_is_left_alone(text: str) -> None:
    assert changes(text) == set()


def test_every_mutant_is_python_and_differs_from_the_module() -> None:
    text = "def f(a, b=1):\n    if a is not None and b <= 2:\n        return [c for c in a if c]\n    raise E(3)\n"

    made = list(mutations(text))

    assert len({each.text for each in made}) == len(made) >= 8
    assert all(ast.dump(ast.parse(each.text)) != ast.dump(ast.parse(text)) for each in made)
