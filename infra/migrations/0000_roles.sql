-- The role of the functions. It owns nothing and row-level security always applies to it. It cannot log in before
-- infra/migrate.py has given it the password of DATABASE_URL.
do $$
begin
    create role docs_app nologin;
exception
    -- roles belong to the server, not to the database: another database, or another runner, may have made it
    when duplicate_object or unique_violation then null;
end
$$;

do $$
begin
    if exists (select from pg_roles where rolname = 'docs_app' and (rolsuper or rolbypassrls or rolcreaterole)) then
        raise exception 'the role docs_app exists and is too powerful: row-level security would not hold for it';
    end if;
end
$$;

-- Limits belong to the role: a transaction-mode pooler forgets what a connection sets, and refuses start-up options.
alter role docs_app set statement_timeout = '5s';
alter role docs_app set idle_in_transaction_session_timeout = '10s';
alter role docs_app set lock_timeout = '2s';

comment on role docs_app is 'The functions of the documentation chatbot; owns nothing, subject to row-level security';
