from __future__ import annotations

from typing import TYPE_CHECKING

import psycopg

from tests.docs.prose import table_rows

if TYPE_CHECKING:
    from infra.local.postgres import Postgres

COLUMNS = """
    select relation.relname, attribute.attname, format_type(attribute.atttypid, attribute.atttypmod),
           case when attribute.attnotnull then 'yes' else 'no' end
      from pg_attribute attribute
      join pg_class relation on relation.oid = attribute.attrelid
     where relation.relnamespace = 'public'::regnamespace and relation.relkind = 'r'
       and attribute.attnum > 0 and not attribute.attisdropped
"""


def test_the_data_model_names_every_column_of_the_migrated_database(postgres: Postgres) -> None:
    documented = {
        (row[0].strip("`"), row[1].strip("`"), row[2], row[3])
        for row in table_rows("specs/1-neon-db-setup/data-model.md", "## Columns")
    }
    with psycopg.connect(postgres.owner_url) as connection:
        assert documented == set(connection.execute(COLUMNS))
