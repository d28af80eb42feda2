-- A turn may wait in the outbox while its reader deletes the conversation that it would begin: there is no row yet to
-- delete, and the trace alone keeps the turn from reviving what was deleted.
alter table deleted_conversation add column was_there boolean not null default true;

comment on column deleted_conversation.was_there is
    'False where nothing of the conversation was stored when it was deleted: the answer was, and stays, 404';
