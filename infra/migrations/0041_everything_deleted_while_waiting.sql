-- Whoever deletes everything also means the conversations whose first turn still waits in the outbox. Nobody knows their
-- ids, so a trace stands for all of them: it says when everything was deleted.
alter table deleted_conversation add column everything boolean not null default false;

create index deleted_conversation_everything on deleted_conversation (user_id, deleted_at) where everything;

comment on column deleted_conversation.everything is
    'True where all conversations were deleted: what was asked before and is stored afterwards stays away, whatever its id';
