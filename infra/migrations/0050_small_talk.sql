-- Greetings and questions about the assistant itself are answered without a search.
alter table message drop constraint message_mode_check;
alter table message add constraint message_mode_check
    check (mode in ('generated', 'extractive', 'refused', 'smalltalk', 'unavailable'));
