from __future__ import annotations

from tests.bench.imports import Profile, package_of, read_protocol

PROTOCOL = """\
import time:       900 |        900 | before.any.mark
-- handler
import time: self [us] | cumulative | imported package
import time:       100 |        100 |       email.message
import time:       200 |        300 |     starlette.requests
import time:      1000 |       1300 |   fastapi
import time:        50 |         50 |   pydantic_core
import time:        10 |         10 |   json
import time:       500 |       1860 | functions.chat.ask
-- first batch, http
import time:       300 |        300 | shared.db.http
"""


def test_a_module_of_pythons_own_is_charged_to_whoever_wanted_it_first() -> None:
    owners = {each.name: each.owner for each in read_protocol(PROTOCOL)}
    assert owners == {
        "email.message": "starlette",
        "starlette.requests": "starlette",
        "fastapi": "fastapi",
        "pydantic_core": "pydantic",
        "json": "ours",
        "functions.chat.ask": "ours",
        "shared.db.http": "ours",
    }


def test_what_is_imported_before_or_later_is_not_in_the_sum() -> None:
    profile = Profile()
    profile.add(read_protocol(PROTOCOL))
    assert round(profile.total(), 3) == 1.86
    assert round(profile.total("first batch, http"), 3) == 0.3
    assert round(profile.by_package()["Python's own library"], 3) == 0.11
    assert round(profile.by_owner()["starlette"], 3) == 0.3


def test_of_several_processes_the_fastest_counts_for_each_module() -> None:
    profile = Profile()
    profile.add(read_protocol(PROTOCOL))
    profile.add(read_protocol(PROTOCOL.replace("1000 ", " 400 ").replace(" 200 |", "9000 |")))
    assert round(profile.total(), 3) == 1.26


def test_packages_that_nobody_asks_for_are_counted_with_the_one_that_needs_them() -> None:
    assert [package_of(name) for name in ("psycopg_binary._psycopg", "shared.db", "asyncio.events", "anyio")] == [
        "psycopg",
        "ours",
        "Python's own library",
        "anyio",
    ]
