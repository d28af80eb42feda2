"""The SQL with which an owner makes a database fit, in one transaction and in an order that works."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from infra.adoption.catalog import CASCADE, quoted
from infra.adoption.conversions import TIMESTAMP, converted, new_default

if TYPE_CHECKING:
    from collections.abc import Iterable

    from infra.adoption.catalog import Catalog, Column, Reference, Relation
    from infra.adoption.dependents import Dependent
    from infra.adoption.tables import NeededColumn

BEFORE: Final = "-- Try this on a copy first (a branch of the database). Nobody may write to these tables meanwhile."

ABOUT_TIMES: Final = (
    "-- Times without zone are taken to be UTC: what a server writes whose TZ is UTC, and Drizzle and Prisma always."
)
ABOUT_IDS: Final = (
    "-- Ids are texts afterwards: take `generateId` or `useNumberId` out of the server's `advanced.database`."
)
ABOUT_DEPENDENTS: Final = (
    "-- What is a comment between the statements was made for the old type: make it again for the new one yourself."
)
ABOUT_PLACES: Final = "-- The server has to look for its tables in that schema: take `search_path` out of its options."
ABOUT_ORPHANS: Final = "-- Rows whose user is gone have to go."
IDS: Final = frozenset({"uuid", "smallint", "integer", "bigint"})

ABOUT_COLUMNS: Final = (
    "-- The server has to know the new names: take `fields` out of its options, or write them into its Drizzle or\n"
    "-- Prisma schema, and start it anew when this has run."
)
ABOUT_VIEWS: Final = (
    "-- The server finds its tables under their old names, as views; drop those once it knows the new names."
)
ABOUT_MANDATORY: Final = (
    "-- Or give the column a default that suits those who sign up here: alter column ... set default ..."
)


@dataclass(slots=True)
class Mending:
    """What has to be changed; `text` puts it in order.

    Statements that say the same twice count once.
    """

    catalog: Catalog
    owners: dict[str, None] = field(default_factory=dict[str, None])
    retyped: dict[tuple[int, int], str] = field(default_factory=dict[tuple[int, int], str])
    changes: dict[str, None] = field(default_factory=dict[str, None])
    orphans: dict[str, None] = field(default_factory=dict[str, None])
    uniques: list[tuple[Relation, Column]] = field(default_factory=list[tuple["Relation", "Column"]])
    references: dict[str, tuple[str, str]] = field(default_factory=dict[str, tuple[str, str]])
    moves: dict[str, None] = field(default_factory=dict[str, None])
    column_names: dict[tuple[int, int], str] = field(default_factory=dict[tuple[int, int], str])
    table_names: dict[int, str] = field(default_factory=dict[int, str])
    hints: dict[str, None] = field(default_factory=dict[str, None])

    def take_over(self, relation: Relation) -> None:
        """Make the table ours."""
        self.owners[f"alter table {relation.sql} owner to {quoted(relation.myself)};"] = None

    def retype(self, column: Column, kind: str) -> None:
        """Give the column another type, and keep what its values mean."""
        self.retyped[column.relation, column.number] = kind
        if column.type.startswith(TIMESTAMP) and kind.startswith(TIMESTAMP):
            self.hints[ABOUT_TIMES] = None
        elif kind == "text" and (column.is_identity or column.type in IDS):
            self.hints[ABOUT_IDS] = None

    def add_column(self, relation: Relation, needed: NeededColumn) -> None:
        """Add a column that rows must fill."""
        self._change(relation, f"add column {quoted(needed.name)} {needed.type} not null default {needed.fill}")

    def allow_nothing(self, relation: Relation, column: Column) -> None:
        """Let rows leave the column out."""
        self._change(relation, f"alter column {quoted(column.name)} drop not null")
        self.hints[ABOUT_MANDATORY] = None

    def set_default(self, relation: Relation, column: Column, default: str) -> None:
        """Let rows that leave the column out hold what they should."""
        self._change(relation, f"alter column {quoted(column.name)} set default {default}")

    def make_unique(self, relation: Relation, column: Column) -> None:
        """Let no value be there twice."""
        self.uniques.append((relation, column))
        self._change(relation, f"add unique ({quoted(column.name)})")

    def fill(self, relation: Relation, column: Column, value: str) -> None:
        """Put a value wherever there is none, and let there always be one."""
        name = quoted(column.name)
        self.changes[f"update {relation.sql} set {name} = {value} where {name} is null;"] = None  # noqa: S608 (names in quotes)
        self._change(relation, f"alter column {name} set default {value}, alter column {name} set not null")

    def end_generating(self, relation: Relation, column: Column) -> None:
        """Let rows be written with a value of their own in it."""
        self._change(relation, f"alter column {quoted(column.name)} drop expression")

    def _change(self, relation: Relation, action: str) -> None:
        self.changes[f"alter table {relation.sql} {action};"] = None

    def cascade(self, relation: Relation, column: Column, user: Relation, old: Reference | None) -> None:
        """Let rows go with their user."""
        key = next(each for each in self.catalog.columns[user.oid] if each.name == "id")
        definition = f"foreign key ({quoted(column.name)}) references {user.sql} ({quoted(key.name)}) on delete cascade"
        if old is None:
            mine = f"{relation.sql}.{quoted(column.name)}"
            gone = f"{mine} is not null and not exists (select from {user.sql} u where u.{quoted(key.name)} = {mine})"
            self.orphans[f"delete from {relation.sql} where {gone};"] = None  # noqa: S608 (names in quotes)
        name = old.name if old else f"{relation.name}_{column.name}_fkey"
        self.references[f"{relation.sql} {name}"] = (
            f"alter table {relation.sql} drop constraint {quoted(name)};" if old else "",
            f"alter table {relation.sql} add constraint {quoted(name)} {definition};",
        )

    def _renew(self, reference: Reference) -> None:
        """A foreign key ends while the types of its columns change."""
        relation = self.catalog.by_oid(reference.relation)
        self.references.setdefault(
            f"{relation.sql} {reference.name}",
            (
                f"alter table {relation.sql} drop constraint {quoted(reference.name)};",
                f"alter table {relation.sql} add constraint {quoted(reference.name)} {reference.definition};",
            ),
        )

    def follow_references(self) -> list[Column]:
        """Retype what refers to something that is retyped, and renew those keys; the columns that this adds."""
        added: list[Column] = []
        while following := self._next_to_follow():
            for column, kind in following:
                self.retype(column, kind)
                added.append(column)
        for reference in self.catalog.references:
            ends = {(reference.relation, number) for number in reference.columns}
            ends |= {(reference.target, number) for number in reference.target_columns}
            if ends & set(self.retyped):
                self._renew(reference)
        return added

    def _next_to_follow(self) -> list[tuple[Column, str]]:
        return [
            (self.catalog.numbered(each.relation, source), self.retyped[each.target, target])
            for each in self.catalog.references
            for source, target in zip(each.columns, each.target_columns, strict=True)
            if (each.target, target) in self.retyped and (each.relation, source) not in self.retyped
        ]

    def move(self, relation: Relation, schema: str) -> None:
        """Put the table where ours would be."""
        self.hints[ABOUT_PLACES] = None
        self.moves[f"alter table {relation.sql} set schema {quoted(schema)};"] = None

    def rename_column(self, column: Column, name: str) -> None:
        """Call it what we call it."""
        self.column_names[column.relation, column.number] = name

    def rename_table(self, relation: Relation, name: str) -> None:
        """Call it what we call it."""
        self.table_names[relation.oid] = name

    def text(self) -> str:
        """All of it; empty where nothing has to be changed."""
        dropped, added = [pair[0] for pair in self.references.values()], [pair[1] for pair in self.references.values()]
        hindrances = self._hindrances()
        statements = [
            *(*self.owners, *filter(None, dropped), *(each.removal for each in reversed(hindrances))),
            *(*self._retyping(), *self.changes, *self.orphans, *added, *map(_renewal, hindrances), *self.moves),
            *(*self._column_renaming(), *self._table_renaming()),
        ]
        if not statements:
            return ""
        hints = [*self.hints, *([ABOUT_VIEWS] if self.table_names else [])]
        if any(oid not in self.table_names for oid, _ in self.column_names):
            hints.append(ABOUT_COLUMNS)
        hints += [ABOUT_ORPHANS] * bool(self.orphans) + [ABOUT_DEPENDENTS] * any(each.by_hand for each in hindrances)
        return transaction_of(statements, hints)

    def _hindrances(self) -> list[Dependent]:
        """What depends on a column that gets another type, those last that depend on others; a view once."""
        found = {
            each.removal: each
            for each in sorted(self.catalog.dependents, key=lambda each: each.depth)
            if (each.relation, each.number) in self.retyped
        }
        return sorted(found.values(), key=lambda each: each.depth)

    def _retyping(self) -> list[str]:
        found: list[str] = []
        for (oid, number), kind in self.retyped.items():
            relation, column = self.catalog.by_oid(oid), self.catalog.numbered(oid, number)
            name, value, default = quoted(column.name), converted(column, kind), new_default(column, kind)
            if column.is_identity:
                found.append(f"alter table {relation.sql} alter column {name} drop identity;")
            if default:
                found.append(f"alter table {relation.sql} alter column {name} drop default;")
            found.append(f"alter table {relation.sql} alter column {name} type {kind} using {value};")
            if default:
                found.append(f"alter table {relation.sql} alter column {name} set default {default};")
        return found

    def _column_renaming(self) -> list[str]:
        return [
            f"alter table {self._moved(oid)} rename column {quoted(self.catalog.numbered(oid, number).name)}"
            f" to {quoted(name)};"
            for (oid, number), name in self.column_names.items()
        ]

    def _moved(self, oid: int) -> str:
        """What a table is called when all tables are where ours would be."""
        return quoted(self.catalog.by_oid(oid).name)

    def _table_renaming(self) -> list[str]:
        found: list[str] = []
        for oid, name in self.table_names.items():
            found.append(f"alter table {self._moved(oid)} rename to {quoted(name)};")
            columns = self._old_names(oid)
            found.append(f"create view {self._moved(oid)} as select {columns} from {quoted(name)};")  # noqa: S608 (names in quotes)
            found.extend(self._rights(self.catalog.by_oid(oid)))
        return found

    def _old_names(self, oid: int) -> str:
        renamed = [(each.name, self.column_names.get((oid, each.number))) for each in self.catalog.columns[oid]]
        return ", ".join(f"{quoted(new)} as {quoted(old)}" if new else quoted(old) for old, new in renamed)

    def _rights(self, relation: Relation) -> list[str]:
        return [
            f"grant {what} on {quoted(relation.name)} to {'public' if who == 'PUBLIC' else quoted(who)};"
            for schema, name, who, what in self.catalog.readers
            if (schema, name) == (relation.schema, relation.name)
        ]


def transaction_of(statements: Iterable[str], hints: Iterable[str]) -> str:
    """SQL that an owner can run, with what there is to know before it."""
    return "\n".join([BEFORE, *hints, "begin;", "set local search_path = public;", *statements, "commit;"])


def _renewal(dependent: Dependent) -> str:
    """The statement that makes it again; as a comment where a person has to look at it first."""
    return (
        "\n".join(f"-- {line}" for line in dependent.renewal.splitlines()) if dependent.by_hand else dependent.renewal
    )


def cascades(reference: Reference) -> bool:
    """Whether its rows go with the row that they refer to."""
    return reference.on_delete == CASCADE
