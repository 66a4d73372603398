-- name: insert_events
-- Write down what happened, by range of seq and first id.
insert into outbox (seq, last_seq, topic, event, first_id, at_ms)
values :rows(seq, last_seq, topic, event, first_id, at_ms);

-- name: find_after
-- What happened after a seq, in order; the first row may begin before it.
select seq, last_seq, topic, event, first_id, at_ms
from outbox
where seq >= coalesce((select max(before.seq) from outbox before where before.seq <= :seq), 0)
  and last_seq > :seq
order by seq
limit :limit;

-- name: find_position
-- The number of the last committed change.
select value from counter where name = 'seq';

-- name: find_epoch
-- The name of this database's history.
select value from epoch where id = 1;

-- name: find_oldest
-- The first change that is still kept.
select seq from outbox order by seq limit 1;

-- name: find_first_kept
-- The first row that has to stay: among the newest changes, or young.
select seq
from outbox
where last_seq > :newest_seq or at_ms >= :since_ms
order by seq
limit 1;

-- name: delete_before
-- Drop rows from the old end, some at once.
delete from outbox
where seq in (select seq from outbox where seq < :seq order by seq limit :limit);
