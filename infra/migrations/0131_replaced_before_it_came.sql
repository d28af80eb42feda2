-- Receipts come in any order: a turn may take the place of one that is stored after it, and has to be found by that then.

alter table message add column replaces uuid;

comment on column message.replaces is
    'Of a question that waited to be stored: the message whose place its turn takes, be that one here yet or not';
