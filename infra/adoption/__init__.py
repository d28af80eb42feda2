"""What `make migrate` makes of a database that a Better Auth server uses already: it is adopted, or refused by name."""

from infra.adoption.adopting import adopted
from infra.adoption.refusal import MigrationRefused

__all__ = ["MigrationRefused", "adopted"]
