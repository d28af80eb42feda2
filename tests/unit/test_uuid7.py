from __future__ import annotations

import time
from uuid import RFC_4122

from shared.uuid7 import uuid7


def test_ids_ascend_in_the_order_they_were_made() -> None:
    made = [uuid7() for _ in range(20_000)]

    assert made == sorted(set(made))


def test_an_id_is_of_version_7_and_tells_when_it_was_made() -> None:
    now = time.time() * 1000
    made = uuid7()

    assert (made.version, made.variant) == (7, RFC_4122)
    assert abs((made.int >> 80) - now) < 1000
