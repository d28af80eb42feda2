-- Who asks is found by plans that the server's connection keeps, as messages are appended (0145): the statement stands in
-- every batch of somebody who is signed in, and was parsed and planned in each. With the caller's rights. Session and user
-- one after the other, each by its key: joined, small tables were read as a whole. The casts are for tables that a Better
-- Auth server has made, where a text may have a type of its own.

create function signed_in_by_id(given_user text, moment timestamptz) returns table (
    user_id text, name text, email text, email_verified boolean, image text, user_created_at timestamptz,
    user_updated_at timestamptz, seen_as text
)
    language plpgsql volatile rows 1 as $$
#variable_conflict use_column
begin
    return query
    select u.id::text, u.name::text, u.email::text, u."emailVerified", u.image::text, u."createdAt", u."updatedAt",
           set_config('app.user_id', u.id, true)
      from "user" u
     where u.id = given_user and not is_banned(to_jsonb(u), moment);
end
$$;

comment on function signed_in_by_id(text, timestamptz) is
    'The user, unless banned; row-level security sees that user for the rest of the batch';

create function signed_in_by_token(given_token text, moment timestamptz) returns table (
    user_id text, name text, email text, email_verified boolean, image text, user_created_at timestamptz,
    user_updated_at timestamptz, session_id text, token text, session_user_id text, expires_at timestamptz,
    created_at timestamptz, updated_at timestamptz, ip_address text, user_agent text, seen_as text
)
    language plpgsql volatile rows 1 as $$
#variable_conflict use_column
begin
    select s.id, s.token, s."userId", s."expiresAt", s."createdAt", s."updatedAt", s."ipAddress", s."userAgent"
      into session_id, token, session_user_id, expires_at, created_at, updated_at, ip_address, user_agent
      from session s
     where s.token = given_token and s."expiresAt" >= moment;
    if found then
        return query
        select u.id::text, u.name::text, u.email::text, u."emailVerified", u.image::text, u."createdAt", u."updatedAt",
               session_id, token, session_user_id, expires_at, created_at, updated_at, ip_address, user_agent,
               set_config('app.user_id', u.id, true)
          from "user" u
         where u.id = session_user_id and not is_banned(to_jsonb(u), moment);
    end if;
end
$$;

comment on function signed_in_by_token(text, timestamptz) is
    'The live session of a token with its user, unless banned; row-level security sees that user for the rest of the batch';

revoke execute on function signed_in_by_token(text, timestamptz) from public;
revoke execute on function signed_in_by_id(text, timestamptz) from public;
grant execute on function signed_in_by_token(text, timestamptz) to docs_app;
grant execute on function signed_in_by_id(text, timestamptz) to docs_app;
