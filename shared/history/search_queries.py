"""The statement behind search.py.

The words of messages are found by `found_messages` (infra/migrations/0140_search_by_keys.sql), which gives ids and
ranks of the signed-in user's messages; what they say is read here, under row-level security like everything else. A
title counts several times as much as a message. Where the words stand is marked with two characters that Unicode keeps
for a program's own use, and that are taken out of the texts first; a third one stands for `<`, because Postgres would
leave out whatever looks like a tag, and a fourth around each letter of the scripts that put no space between words
(infra/migrations/0033_unspaced_scripts.sql).
"""

from __future__ import annotations

from typing import Final

BEGIN: Final = "\ufdd0"
END: Final = "\ufdd1"
LESS_THAN: Final = "\ufdd2"
SEPARATOR: Final = "\ufdd3"

SEARCH: Final = """
    with asked as (
        select search_query($1::text) as query
    ), found as (
        select conversation.id, title, pinned, created_at, updated_at, message_count, by_message.message_id,
               coalesce(by_message.rank, 0)
               + case when title_words @@ asked.query then 4 * ts_rank_cd(title_words, asked.query, 1) else 0 end
               as rank
          from asked
         cross join conversation
          left join found_messages((select query from asked), 1000) by_message
                 on by_message.conversation_id = conversation.id
         where user_id = (select signed_in_user())
           and (by_message.message_id is not null or title_words @@ asked.query)
         order by rank desc, updated_at desc, id desc
         limit $2::int
    )
    select found.id, title, pinned, found.created_at, updated_at, message_count, message_id,
           ts_headline(
                'english', translate(separated(title), '<\ufdd0\ufdd1\ufdd2', '\ufdd2'), asked.query,
                'StartSel=\ufdd0, StopSel=\ufdd1, HighlightAll=true'
           ) as marked_title,
           (
                select ts_headline(
                            'english', translate(separated(content), '<\ufdd0\ufdd1\ufdd2', '\ufdd2'), asked.query,
                            'StartSel=\ufdd0, StopSel=\ufdd1, MaxFragments=2, MaxWords=24, MinWords=8, ShortWord=0'
                       )
                  from message
                 where message.user_id = (select signed_in_user()) and message.id = found.message_id
           ) as marked_content
      from asked, found
     order by found.rank desc, updated_at desc, found.id desc
"""
