-- outside a transaction
-- In place of `asked_of_a_user`, so that an answer writes as many indexes as before.
drop index concurrently if exists asked_by_wording;
create index concurrently asked_by_wording on asked (week_of(at), wording, reader) include (at, mode);
drop index concurrently if exists asked_of_a_user;
-- what is counted is read from the index alone, as far as its rows are known to be there for everybody
alter table asked set (autovacuum_vacuum_scale_factor = 0.002, autovacuum_vacuum_insert_scale_factor = 0.02);
vacuum analyze asked;
