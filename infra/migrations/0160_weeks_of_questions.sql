-- The desk looks at what was asked by its wording, in weeks: what is read in that order need not be sorted.

create function week_of(at timestamptz) returns timestamptz
    language sql immutable strict parallel safe
    return date_bin('7 days', at, timestamptz '2000-01-03 00:00:00+00');

comment on function week_of(timestamptz) is 'When the week of this moment began: a Monday, by UTC';

-- As in 0105, by what each reader has said: an index that this alone read was written with every answer.
create or replace function hide_asked() returns trigger
    language plpgsql security definer
    set search_path = pg_catalog, public, pg_temp
as $$
begin
    delete from asked
     using message
     where message.user_id = new.user_id and asked.answer_id = message.id and asked.user_id = message.user_id;
    return null;
end
$$;
