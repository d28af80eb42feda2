-- Turns that another one took the place of, and answers that their reader stopped.

alter table message
    add column replaced_by uuid,
    add column stop_asked boolean not null default false,
    drop constraint message_status_check,
    add constraint message_status_check check (status in ('complete', 'partial', 'failed', 'stopped'));

comment on column message.replaced_by is
    'Id of the question that took the place of this turn, which then shows only in exports; null for all others';
comment on column message.stop_asked is 'Of a question: its reader wants no more of the answer';

-- What was replaced is not found either.
create or replace function found_messages(query tsquery, most integer)
    returns table (message_id uuid, conversation_id uuid, rank real)
    language sql stable security definer
    set search_path = pg_catalog, public, pg_temp
begin atomic
    select best.id, best.conversation_id, best.rank
      from (
            select distinct on (message.conversation_id)
                   message.id, message.conversation_id, ts_rank_cd(message.words, found_messages.query, 1) as rank
              from message
             where message.user_id = (select signed_in_user()) and message.words @@ found_messages.query
               and message.replaced_by is null
             order by message.conversation_id, ts_rank_cd(message.words, found_messages.query, 1) desc, message.seq desc
           ) best
     order by best.rank desc, best.conversation_id desc
     limit least(greatest(most, 0), 1000);
end;
