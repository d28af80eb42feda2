"""What Postgres made of a column besides indexes and keys, and what stands in the way of another type for it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

VIEWS: Final = """
    with recursive reading (view, relation, number, depth) as (
        select rule.ev_class, needs.refobjid, needs.refobjsubid, 1
          from pg_depend needs join pg_rewrite rule on rule.oid = needs.objid
         where needs.classid = 'pg_rewrite'::regclass and needs.refclassid = 'pg_class'::regclass
           and needs.refobjsubid > 0 and rule.ev_class <> needs.refobjid
        union
        select rule.ev_class, reading.relation, reading.number, reading.depth + 1
          from reading
          join pg_depend needs on needs.refclassid = 'pg_class'::regclass and needs.refobjid = reading.view
          join pg_rewrite rule on needs.classid = 'pg_rewrite'::regclass and rule.oid = needs.objid
         where rule.ev_class <> needs.refobjid and reading.depth < 20
    ), kinds (view, kind, options) as (
        select oid, case relkind when 'm' then 'materialized view' else 'view' end,
               coalesce(' with (' || array_to_string(reloptions, ', ') || ')', '')
          from pg_class where relkind in ('v', 'm') and relnamespace::regnamespace::text !~ '^(pg_|information_schema$)'
    )
    select reading.relation::bigint as relation, reading.number::integer as number, max(reading.depth) as depth,
           format('%s %s', kind, view::regclass) as what, format('drop %s %s;', kind, view::regclass) as removal,
           format('create %s %s%s as %s', kind, view::regclass, options, pg_get_viewdef(view))
           || coalesce((select string_agg(E'\\n' || pg_get_indexdef(indexrelid) || ';', '')
                          from pg_index where indrelid = view), '')
           || coalesce((select string_agg(
                  format(E'\\ngrant %s on %s to %s;', privilege_type, view::regclass,
                         case grantee when 0 then 'public' else quote_ident(pg_get_userbyid(grantee)) end), '')
                  from pg_class, aclexplode(relacl) where oid = view and grantee <> relowner), '') as renewal,
           false as by_hand
      from reading join kinds using (view)
     group by view, relation, number, kind, options
"""

TRIGGERS: Final = """
    select needs.refobjid::bigint as relation, needs.refobjsubid::integer as number, 1 as depth,
           format('trigger %I', tgname) as what, format('drop trigger %I on %s;', tgname, tgrelid::regclass) as removal,
           pg_get_triggerdef(trigger.oid) || ';' as renewal, false as by_hand
      from pg_depend needs join pg_trigger trigger on trigger.oid = needs.objid
     where needs.classid = 'pg_trigger'::regclass and needs.refclassid = 'pg_class'::regclass and needs.refobjsubid > 0
       and not tgisinternal
     group by 1, 2, trigger.oid, tgname, tgrelid
"""

POLICIES: Final = """
    select needs.refobjid::bigint as relation, needs.refobjsubid::integer as number, 1 as depth,
           format('policy %I of %s', polname, polrelid::regclass) as what,
           format('drop policy %I on %s;', polname, polrelid::regclass) as removal,
           format('create policy %I on %s as %s for %s to %s%s%s;', polname, polrelid::regclass,
                  case when polpermissive then 'permissive' else 'restrictive' end,
                  case polcmd when 'r' then 'select' when 'a' then 'insert' when 'w' then 'update'
                              when 'd' then 'delete' else 'all' end,
                  coalesce((select string_agg(quote_ident(rolname), ', ') from pg_roles where oid = any(polroles)),
                           'public'),
                  ' using (' || pg_get_expr(polqual, polrelid) || ')',
                  ' with check (' || pg_get_expr(polwithcheck, polrelid) || ')') as renewal,
           true as by_hand
      from pg_depend needs join pg_policy policy on policy.oid = needs.objid
     where needs.classid = 'pg_policy'::regclass and needs.refclassid = 'pg_class'::regclass and needs.refobjsubid > 0
     group by 1, 2, policy.oid, polname, polrelid, polpermissive, polcmd, polroles, polqual, polwithcheck
"""

EXPRESSIONS: Final = """
    select needs.refobjid::bigint as relation, needs.refobjsubid::integer as number, 1 as depth,
           format('index %s', indexrelid::regclass) as what, format('drop index %s;', indexrelid::regclass) as removal,
           pg_get_indexdef(indexrelid) || ';' as renewal, true as by_hand
      from pg_depend needs join pg_index on indexrelid = needs.objid
     where needs.classid = 'pg_class'::regclass and needs.refclassid = 'pg_class'::regclass and needs.refobjsubid > 0
       and indexprs is not null
     group by 1, 2, indexrelid
    union all
    select needs.refobjid::bigint, needs.refobjsubid::integer, 1,
           format('column %s.%I', attrelid::regclass, attname),
           format('alter table %s alter column %I drop expression;', attrelid::regclass, attname),
           format('column %I was generated always as (%s)', attname, pg_get_expr(adbin, adrelid)), true
      from pg_depend needs
      join pg_attrdef expression
        on (needs.classid = 'pg_attrdef'::regclass and needs.objid = expression.oid)
        or (needs.classid = 'pg_class'::regclass and (needs.objid, needs.objsubid) = (adrelid, adnum))
      join pg_attribute on (attrelid, attnum) = (adrelid, adnum) and attgenerated <> ''
     where needs.refclassid = 'pg_class'::regclass and needs.refobjid = adrelid and needs.refobjsubid > 0
       and needs.refobjsubid <> adnum
     group by 1, 2, attrelid, attname, adbin, adrelid
"""

ALL: Final = (VIEWS, TRIGGERS, POLICIES, EXPRESSIONS)


@dataclass(frozen=True, slots=True)
class Dependent:
    """Something that keeps a column from getting another type.

    Attributes:
        relation: Whose column.
        number: Of the column.
        depth: How many others it depends on through one another.
        what: How people call it.
        removal: The statement that removes it.
        renewal: The statement that makes it again, or what it was.
        by_hand: Whether it may mean nothing for the new type, so that a person has to make it again.
    """

    relation: int
    number: int
    depth: int
    what: str
    removal: str
    renewal: str
    by_hand: bool
