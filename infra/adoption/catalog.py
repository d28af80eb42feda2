"""Reads what is in a database, and changes nothing."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from psycopg.rows import class_row

from infra.adoption.dependents import ALL, Dependent
from infra.adoption.tables import folded

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from psycopg import Connection

RELATIONS: Final = """
    select relation.oid::bigint as oid, namespace.nspname::text as schema, relation.relname as name,
           relation.relkind in ('r', 'p') as is_table, relation.relkind = 'p' as is_partitioned,
           relation.relrowsecurity as row_security,
           pg_has_role(relation.relowner, 'usage') as is_ours, current_user::text as myself,
           namespace.nspname = current_schema() as is_here
      from pg_class relation join pg_namespace namespace on namespace.oid = relation.relnamespace
     where relation.relkind in ('r', 'p', 'v', 'm', 'f') and namespace.nspname !~ '^(pg_|information_schema$)'
     order by relation.relname
"""

COLUMNS: Final = """
    select relation.oid::bigint as relation, attribute.attname as name, attribute.attnum::integer as number,
           format_type(attribute.atttypid, attribute.atttypmod) as type, attribute.attnotnull as mandatory,
           attribute.atthasdef or attribute.attidentity <> '' as has_default,
           attribute.attidentity <> '' as is_identity, attribute.attgenerated <> '' as generated,
           pg_get_expr(value.adbin, value.adrelid) as default
      from pg_attribute attribute
      join pg_class relation on relation.oid = attribute.attrelid
      join pg_namespace namespace on namespace.oid = relation.relnamespace
      left join pg_attrdef value on (value.adrelid, value.adnum) = (attribute.attrelid, attribute.attnum)
     where relation.relkind in ('r', 'p', 'v', 'm', 'f') and namespace.nspname !~ '^(pg_|information_schema$)'
       and attribute.attnum > 0 and not attribute.attisdropped
     order by relation.oid, attribute.attnum
"""

UNIQUE: Final = """
    select indrelid::bigint, indkey[0]::integer from pg_index
     where indisunique and indisvalid and indnkeyatts = 1 and indpred is null and indkey[0] > 0
"""

REFERENCES: Final = """
    select conrelid::bigint as relation, conname as name, conkey::integer[] as columns, confrelid::bigint as target,
           confkey::integer[] as target_columns, confdeltype::text as on_delete, pg_get_constraintdef(oid) as definition
      from pg_constraint where contype = 'f' order by conrelid::regclass::text, conname
"""

READERS: Final = """
    select table_schema, table_name, grantee, string_agg(lower(privilege_type), ', ' order by privilege_type)
      from information_schema.role_table_grants
     where privilege_type in ('SELECT', 'INSERT', 'UPDATE', 'DELETE') and grantee not in ('docs_app', current_user)
     group by 1, 2, 3 order by 1, 2, 3
"""

CASCADE: Final = "c"


@dataclass(frozen=True, slots=True)
class Column:
    """A column that exists.

    Attributes:
        generated: Whether it is made of others, and nobody may write it.
        default: What rows get that leave it out, or what it is made of.
    """

    relation: int
    name: str
    number: int
    type: str
    mandatory: bool
    has_default: bool
    is_identity: bool
    generated: bool
    default: str | None


@dataclass(frozen=True, slots=True)
class Reference:
    """A foreign key."""

    relation: int
    name: str
    columns: list[int]
    target: int
    target_columns: list[int]
    on_delete: str
    definition: str


@dataclass(frozen=True, slots=True)
class Relation:
    """A table or a view that exists.

    Attributes:
        is_ours: Whether we may change it.
        myself: The role that asks.
        is_here: Whether it is where ours would be.
    """

    oid: int
    schema: str
    name: str
    is_table: bool
    is_partitioned: bool
    row_security: bool
    is_ours: bool
    myself: str
    is_here: bool

    @property
    def sql(self) -> str:
        """Its name in statements."""
        return quoted(self.name) if self.is_here else f"{quoted(self.schema)}.{quoted(self.name)}"


@dataclass(frozen=True, slots=True)
class Catalog:
    """Everything that is there.

    Attributes:
        columns: Those of each relation, in order.
        unique: Relation and number of columns in which no value can be twice.
        readers: Schema and name of a relation, a role, and what it may do there.
        dependents: What keeps columns from getting another type.
    """

    relations: list[Relation]
    columns: Mapping[int, list[Column]] = field(repr=False)
    unique: frozenset[tuple[int, int]] = field(repr=False)
    references: list[Reference] = field(repr=False)
    readers: list[tuple[str, str, str, str]] = field(repr=False)
    dependents: list[Dependent] = field(repr=False)

    @classmethod
    def read(cls, connection: Connection) -> Catalog:
        """Read it."""
        with connection.cursor(row_factory=class_row(Relation)) as cursor:
            relations = cursor.execute(RELATIONS.encode()).fetchall()
        with connection.cursor(row_factory=class_row(Column)) as cursor:
            columns = _by_relation(cursor.execute(COLUMNS.encode()).fetchall())
        with connection.cursor(row_factory=class_row(Reference)) as cursor:
            references = cursor.execute(REFERENCES).fetchall()
        unique = frozenset((relation, number) for relation, number in connection.execute(UNIQUE).fetchall())
        readers = [(str(a), str(b), str(c), str(d)) for a, b, c, d in connection.execute(READERS).fetchall()]
        with connection.cursor(row_factory=class_row(Dependent)) as cursor:
            dependents = [found for query in ALL for found in cursor.execute(query.encode()).fetchall()]
        return cls(relations, columns, unique, references, readers, dependents)

    def here(self, name: str) -> Relation | None:
        """The relation of exactly this name, where ours would be."""
        return next((each for each in self.relations if each.is_here and each.name == name), None)

    def by_oid(self, oid: int) -> Relation:
        """The relation of a foreign key."""
        return next(each for each in self.relations if each.oid == oid)

    def column(self, relation: Relation, name: str) -> Column | None:
        """The column of this name, else the only one that is written otherwise."""
        there = self.columns.get(relation.oid, [])
        exact = [each for each in there if each.name == name]
        alike = [each for each in there if folded(each.name) == folded(name)]
        return next(iter(exact or alike), None)

    def numbered(self, relation: int, number: int) -> Column:
        """The column of a foreign key."""
        return next(each for each in self.columns[relation] if each.number == number)

    def has(self, relation: Relation, marks: Iterable[str]) -> bool:
        """Whether it has all these columns, however they are written."""
        names = {folded(each.name) for each in self.columns.get(relation.oid, [])}
        return names.issuperset(map(folded, marks))


def _by_relation(columns: list[Column]) -> dict[int, list[Column]]:
    found: dict[int, list[Column]] = {}
    for column in columns:
        found.setdefault(column.relation, []).append(column)
    return found


def quoted(name: str) -> str:
    """As an identifier in SQL, always in quotes: messages then look like statements."""
    return '"' + name.replace('"', '""') + '"'
