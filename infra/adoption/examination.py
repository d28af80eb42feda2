"""Compares the tables that are there with those that we need."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from infra.adoption.catalog import quoted
from infra.adoption.conversions import fits
from infra.adoption.mending import Mending, cascades
from infra.adoption.tables import CORE, FURTHER, PLUGINS, USER, folded

if TYPE_CHECKING:
    from collections.abc import Iterable

    from infra.adoption.catalog import Catalog, Column, Reference, Relation
    from infra.adoption.tables import NeededColumn, NeededTable

NEON_AUTH: Final = "neon_auth"
"""Schema of a service whose secret is not ours: its people are known by their tokens, its tables are not for us."""

WRITTEN_AS_NULL: Final = "image"
"""What a sign-up leaves empty in so many words, so that no default of the column helps."""

KEEPS_ROWS: Final = frozenset({"a", "r"})
"""`on delete` that refuses: no action, restrict."""


@dataclass(slots=True)
class Examination:
    """What came out.

    Attributes:
        complaints: Why the database cannot be adopted.
        hopeless: Those of them that no statement mends.
        mending: What mends the others.
        additions: What can be added without changing anything that is there.
        notes: What the owner should know.
        emptiable: Columns that we need a value in and that rows may leave empty, with that value.
        tables: The tables that were recognised, by our names.
    """

    catalog: Catalog
    mending: Mending
    complaints: list[str] = field(default_factory=list[str])
    hopeless: list[str] = field(default_factory=list[str])
    additions: list[str] = field(default_factory=list[str])
    notes: list[str] = field(default_factory=list[str])
    emptiable: list[tuple[Relation, Column, str]] = field(default_factory=list[tuple["Relation", "Column", str]])
    tables: dict[str, Relation] = field(default_factory=dict[str, "Relation"])

    @classmethod
    def of(cls, catalog: Catalog, *, beside: bool) -> Examination:
        """Examine.

        Args:
            catalog: What is there.
            beside: Tables of other names or in other schemas are somebody else's; ours are made beside them.
        """
        examined = cls(catalog, Mending(catalog))
        examined._recognise(beside=beside)
        for needed in (*CORE, *FURTHER):
            if needed.name in examined.tables:
                examined._check(needed, examined.tables[needed.name])
        examined._check_plugins()
        for column in examined.mending.follow_references():
            kind = examined.mending.retyped[column.relation, column.number]
            examined.complaints.append(
                f"column {called(catalog.by_oid(column.relation), column)} refers to an id and has to be {kind}, too"
            )
        return examined

    def _recognise(self, *, beside: bool) -> None:
        self.tables = {
            needed.name: found for needed in (*CORE, *FURTHER) if (found := self.catalog.here(needed.name)) is not None
        }
        if beside:
            return
        missing = [needed for needed in CORE if needed.name not in self.tables]
        schema = self._schema_of([*missing]) if missing else self.tables[USER].schema
        if schema is None:
            self._note_people()
            return
        for needed in (*CORE, *FURTHER):
            if needed.name not in self.tables:
                self._find_by_marks(needed, schema)

    def _schema_of(self, missing: list[NeededTable]) -> str | None:
        """Where tables of other names make the core complete: ours, else another."""
        here = next((each.schema for each in self.catalog.relations if each.is_here), "public")
        if self._has_all(missing, here):
            return here
        if len(missing) < len(CORE):
            return None
        others = dict.fromkeys(each.schema for each in self.catalog.relations if not each.is_here)
        found = [schema for schema in others if self._has_all(missing, schema)]
        if NEON_AUTH in found:
            found.remove(NEON_AUTH)
            self.notes.append(f"schema {NEON_AUTH} is left alone: its people are known by their tokens (JWT_JWKS_URL)")
        return next(iter(found), None)

    def _has_all(self, wanted: list[NeededTable], schema: str) -> bool:
        return all(self._alike(needed, schema) for needed in wanted)

    def _alike(self, needed: NeededTable, schema: str) -> list[Relation]:
        """Tables that could be this one: those of a similar name if there are any, else all with its columns."""
        marked = [
            each
            for each in self.catalog.relations
            if each.schema == schema and each.is_table and self.catalog.has(each, needed.marks)
        ]
        names = {folded(needed.name), f"{folded(needed.name)}s"}
        named = [each for each in marked if folded(each.name) in names]
        return named or (marked if needed in CORE else [])

    def _find_by_marks(self, needed: NeededTable, schema: str) -> None:
        alike = self._alike(needed, schema)
        if len(alike) > 1:
            names = ", ".join(each.sql for each in alike)
            self.give_up(f'which of {names} is Better Auth\'s "{needed.name}"? Rename that one')
        elif alike:
            [relation] = alike
            self.tables[needed.name] = relation
            if not relation.is_here:
                here = next((each.schema for each in self.catalog.relations if each.is_here), "public")
                self.complaints.append(f'table {relation.sql} must be in schema "{here}"')
                self.mending.move(relation, here)
            if relation.name != needed.name:
                self.complaints.append(f'table {relation.sql} must be called "{needed.name}"')
                self.mending.rename_table(relation, needed.name)

    def _note_people(self) -> None:
        user = CORE[0]
        if USER in self.tables:
            return
        self.notes.extend(
            f"people of the table {each.sql} have no account here: it is not Better Auth's"
            for each in self.catalog.relations
            if each.is_here and each.is_table and self.catalog.has(each, user.marks)
        )

    def _check(self, needed: NeededTable, relation: Relation) -> None:
        if not relation.is_table:
            self.give_up(f"{relation.sql} is a view, and foreign keys must refer to a table")
            return
        if not relation.is_ours:
            self.complaints.append(f"table {relation.sql} belongs to another role than {relation.myself}")
            self.mending.take_over(relation)
        for column in needed.columns:
            self._check_column(relation, column)
        if not needed.of_plugin:
            self._check_further_columns(needed, relation)

    def _check_column(self, relation: Relation, needed: NeededColumn) -> None:
        found = self.catalog.column(relation, needed.name)
        if found is None:
            self._check_missing(relation, needed)
            return
        if found.name != needed.name:
            self.complaints.append(f'column {called(relation, found)} must be called "{needed.name}"')
            self.mending.rename_column(found, needed.name)
        if not fits(found.type, needed.type):
            self.complaints.append(f"column {called(relation, found)} is {found.type}, we need {needed.type}")
            self.mending.retype(found, needed.type)
        if needed.nullable and found.mandatory and (not found.has_default or found.name == WRITTEN_AS_NULL):
            self._complain_of_mandatory(relation, found, needed.default)
        if found.generated and not needed.of_plugin:
            self.complaints.append(f"column {called(relation, found)} is made of others, and we have to write it")
            self.mending.end_generating(relation, found)
        if needed.fill is not None and not found.mandatory:
            self.emptiable.append((relation, found, needed.fill))
        if needed.unique and (relation.oid, found.number) not in self.catalog.unique:
            self._check_unique(relation, found)
        if needed.of_user and USER in self.tables:
            self._check_reference(relation, found, self.tables[USER])

    def _check_unique(self, relation: Relation, column: Column) -> None:
        if relation.is_partitioned:
            self.give_up(f"{called(relation, column)} cannot be unique, since Postgres keeps {relation.sql} in parts")
            return
        self.complaints.append(f"column {called(relation, column)} is not unique")
        self.mending.make_unique(relation, column)

    def _check_missing(self, relation: Relation, needed: NeededColumn) -> None:
        if needed.of_plugin:
            return
        if needed.nullable:
            self.additions.append(f"alter table {relation.sql} add column {quoted(needed.name)} {needed.type}")
            return
        complaint = f'table {relation.sql} has no column "{needed.name}" ({needed.type})'
        if needed.fill is None:
            self.give_up(complaint)
            return
        self.complaints.append(complaint)
        self.mending.add_column(relation, needed)

    def _check_reference(self, relation: Relation, column: Column, user: Relation) -> None:
        found = next(
            (
                each
                for each in self.catalog.references
                if (each.relation, each.columns, each.target) == (relation.oid, [column.number], user.oid)
            ),
            None,
        )
        if found is None or not cascades(found):
            words = "does not refer to" if found is None else "keeps its rows when they are deleted from"
            self.complaints.append(f"column {called(relation, column)} {words} {user.sql}; we need on delete cascade")
            self.mending.cascade(relation, column, user, found)

    def _check_further_columns(self, needed: NeededTable, relation: Relation) -> None:
        known = {found.name for each in needed.columns if (found := self.catalog.column(relation, each.name))}
        for column in self.catalog.columns[relation.oid]:
            if column.name not in known and column.mandatory and not column.has_default:
                self._complain_of_mandatory(relation, column)

    def _complain_of_mandatory(self, relation: Relation, column: Column, default: str | None = None) -> None:
        self.complaints.append(f"column {called(relation, column)} is mandatory and has no default")
        if default is None:
            self.mending.allow_nothing(relation, column)
        else:
            self.mending.set_default(relation, column, default)

    def _check_plugins(self) -> None:
        """Tables beside the core that refer to a user must let the user go; what is not Better Auth's may refuse."""
        checked = {each.oid for each in self.tables.values()}
        user = self.tables.get(USER)
        for reference in self.catalog.references if user else ():
            if user and reference.target == user.oid and reference.relation not in checked:
                self._check_plugin(self.catalog.by_oid(reference.relation), reference, user)

    def _check_plugin(self, relation: Relation, reference: Reference, user: Relation) -> None:
        if reference.on_delete not in KEEPS_ROWS:
            return
        column = self.catalog.numbered(reference.relation, reference.columns[0])
        if plugin_of(self.catalog, relation):
            self._check_reference(relation, column, user)
        else:
            self.notes.append(f"users to whom {called(relation, column)} refers cannot delete their accounts")

    def give_up(self, complaint: str) -> None:
        """Say that no statement mends it.

        Args:
            complaint: What it is.
        """
        self.complaints.append(complaint)
        self.hopeless.append(complaint)


def plugin_of(catalog: Catalog, relation: Relation) -> str | None:
    """Which of the plug-ins' tables it is."""
    alike = (name for name in PLUGINS if folded(relation.name) in {folded(name), f"{folded(name)}s"})
    return next((name for name in alike if relation.is_table and catalog.has(relation, PLUGINS[name])), None)


def called(relation: Relation, column: Column) -> str:
    """A column in messages."""
    return f"{relation.sql}.{quoted(column.name)}"


def listed(complaints: Iterable[str]) -> str:
    """As lines of a message."""
    return "\n".join(f"  - {complaint}" for complaint in complaints)
