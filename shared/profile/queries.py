"""Every SQL text of profiles. Row-level security sees the user; without one nothing is found or changed."""

from __future__ import annotations

from typing import Final

READ: Final = """
select p.consented_at, p.background, p.language, p.theme, p.text_size, h.user_id is not null as hidden
from (select signed_in_user() as id) me
left join user_profile p on p.user_id = me.id
left join hidden_reader h on h.user_id = me.id
"""

HIDE: Final = """
insert into hidden_reader (user_id) select signed_in_user() where signed_in_user() is not null
on conflict (user_id) do nothing
"""
"""A trigger takes what was asked before off the owner's desk."""

SHOW: Final = """
delete from hidden_reader where user_id = signed_in_user()
"""

CONSENT: Final = """
insert into user_profile (user_id, consented_at, updated_at)
select signed_in_user(), $1::timestamptz, $1::timestamptz where signed_in_user() is not null
on conflict (user_id) do nothing
"""
"""Who has consented already keeps the time of the first consent."""

WITHDRAW: Final = """
delete from user_profile where user_id = signed_in_user()
"""

CHANGE: Final = """
update user_profile set
    background = case when $1::boolean then $2::text else background end,
    language = case when $3::boolean then $4::text else language end,
    theme = case when $5::boolean then $6::text else theme end,
    text_size = case when $7::boolean then $8::text else text_size end,
    updated_at = $9::timestamptz
where user_id = signed_in_user()
"""
"""Whether there is a value, and the value, for each field."""
