-- outside a transaction
-- What conversations from before 0110 hold, and what is thought of their answers.
-- again until nothing changes
update conversation
   set content_bytes = (
            select coalesce(sum(message_bytes(message.content, message.sources) + coalesce((
                        select opinion_bytes(comment) from message_feedback
                         where user_id = message.user_id and message_id = message.id
                   ), 0)), 0)
              from message
             where message.user_id = conversation.user_id and message.conversation_id = conversation.id
       )
  from (
        select user_id, id from conversation where content_bytes is null limit 200 for no key update skip locked
       ) uncounted
 where conversation.user_id = uncounted.user_id and conversation.id = uncounted.id;
