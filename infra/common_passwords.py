"""Makes the list of the commonest passwords that accounts refuse: `python -m infra.common_passwords`.

Which passwords are common is what zxcvbn counted (github.com/dwolfhub/zxcvbn-python, MIT), in its order: a package of
the development environment, so that no function brings it along. Kept is a digest of each, in lower case.
"""

from __future__ import annotations

import sys
from itertools import islice
from typing import TYPE_CHECKING, Final

from zxcvbn.frequency_lists import FREQUENCY_LISTS

from shared.auth.accounts.common_passwords import DIGESTS, digest_of
from shared.auth.accounts.passwords import SHORTEST

if TYPE_CHECKING:
    from collections.abc import Iterator

MOST: Final = 4_000
"""OWASP ASVS 5, 6.2.4, asks for 3,000 that the rules of length let through."""


def commonest() -> Iterator[str]:
    """The passwords, the commonest first."""
    return islice((each.casefold() for each in FREQUENCY_LISTS["passwords"] if len(each) >= SHORTEST), MOST)


def made() -> bytes:
    """What the file holds."""
    return b"".join(sorted({digest_of(each) for each in commonest()}))


def main() -> int:
    """Write it."""
    written = DIGESTS.write_bytes(made())
    print(f"wrote {DIGESTS.name}: {written} bytes")
    return 0


if __name__ == "__main__":
    sys.exit(main())
