-- What the two-factor plug-in writes in its own table, for the functions: its columns have come one after the other with
-- Better Auth's versions, so those of the lock are looked for.

create function count_second_factor(given_user text, succeeded boolean, moment timestamptz) returns void
    language plpgsql volatile as $$
begin
    if to_regclass('"twoFactor"') is null or 2 > (
        select count(*) from pg_attribute
         where attrelid = '"twoFactor"'::regclass and attname in ('failedVerificationCount', 'lockedUntil')
    ) then
        return;
    end if;
    execute '
        with counted as (
            select id, case when $2 then 0 when "lockedUntil" <= $3 then 1
                            else coalesce("failedVerificationCount", 0) + 1 end as failures
              from "twoFactor" where "userId" = $1 for update
        )
        update "twoFactor" factor
           set "failedVerificationCount" = failures,
               "lockedUntil" = case when failures >= 10 then $3 + interval ''15 minutes'' end
          from counted where counted.id = factor.id
    ' using given_user, succeeded, moment;
end
$$;

comment on function count_second_factor is
    'Ten failures in a row, across challenges, lock the second factor for a quarter of an hour; a success forgets them';


create function spend_backup_code(given_user text, before text, after text) returns boolean
    language plpgsql volatile as $$
declare
    spent integer;
begin
    execute 'update "twoFactor" set "backupCodes" = $3 where "userId" = $1 and "backupCodes" = $2'
      using given_user, before, after;
    get diagnostics spent = row_count;
    return spent > 0;
end
$$;

comment on function spend_backup_code is 'False where somebody else has spent a code meanwhile';
