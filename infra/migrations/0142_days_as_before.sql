-- Since 0139 a day has two columns more, under the name by which the code of before asks for days: rolled back, it failed
-- over them. The longer rows get a name of their own, and are asked for; the shorter ones are as they were.

alter function owner_usage(timestamptz, timestamptz, boolean) rename to owner_usage_and_tokens;

comment on function owner_usage_and_tokens(timestamptz, timestamptz, boolean) is
    'Of a period: readers, and for each day questions, readers, modes, the model''s tokens, and those read and written';

create function owner_usage(since timestamptz, until timestamptz, guests boolean) returns jsonb
    language sql stable
    set search_path = pg_catalog, public, pg_temp
as $$
    select jsonb_build_array(
               found -> 0,
               (select coalesce(jsonb_agg(day - 6 - 5 order by place), '[]')
                  from jsonb_array_elements(found -> 1) with ordinality as each (day, place)))
      from owner_usage_and_tokens(since, until, guests) found
$$;

comment on function owner_usage(timestamptz, timestamptz, boolean) is
    'As `owner_usage_and_tokens`, without tokens read and written: for code of before them';

revoke execute on function owner_usage(timestamptz, timestamptz, boolean) from public;
revoke execute on function owner_usage_and_tokens(timestamptz, timestamptz, boolean) from public;

create or replace function owner_desk(
    given_token text, owners text[], what text, since timestamptz, until timestamptz, wanted jsonb
) returns jsonb
    language plpgsql stable security definer
    set search_path = pg_catalog, public, pg_temp
as $$
declare
    looker constant text := owner_with(given_token, owners);
    guests constant boolean := (wanted ->> 'guests')::boolean;
begin
    if looker is null then
        return null;
    end if;
    return jsonb_build_object('looker', looker, 'found', case
        when what = 'questions' then owner_questions(since, until, wanted)
        when what = 'usage' and (wanted ->> 'told')::boolean then owner_usage_and_tokens(since, until, guests)
        when what = 'usage' then owner_usage(since, until, guests)
    end);
end
$$;
