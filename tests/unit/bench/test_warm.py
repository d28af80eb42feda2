"""The containers that the simulation of cold starts has, and the promise that it measures."""

from __future__ import annotations

from tests.bench.warm import Function, World, kept, requests


def test_a_request_takes_a_container_that_is_idle_and_starts_one_where_all_are_busy() -> None:
    function = Function(init=0.5, idle=300)
    for now in (0.0, 0.4, 1.0, 1.01, 2.0):
        function.call(now, 0.1)
    # at 0.4 the first container still starts; from then on there are two
    assert (function.requests, function.cold) == (5, 2)


def test_a_container_ends_when_nobody_has_used_it_for_so_long() -> None:
    function = Function(init=0.0, idle=300)
    for now in (0.0, 300.0, 601.0):
        function.call(now, 0.0)
    assert function.cold == 2


def test_what_keeps_it_warm_is_no_request() -> None:
    function = Function(init=0.5, idle=300)
    function.call(0.0, 0.002, counts=False)
    function.call(1.0, 0.1)
    assert (function.requests, function.cold) == (1, 0)


def test_a_container_that_is_old_is_replaced_whoever_uses_it() -> None:
    function = Function(init=0.0, idle=300, life=1000)
    for now in range(0, 3000, 100):
        function.call(float(now), 0.0)
    assert 2 <= function.cold <= 6


def test_all_worlds_have_the_same_readers_and_what_is_kept_spares_them_cold_starts() -> None:
    assert requests(100, 2) == requests(100, 2)
    assert World(100, 5, {}, days=10).cold_share() > 0.3
    assert World(100, 5, kept(), days=10).cold_share() < 0.005
