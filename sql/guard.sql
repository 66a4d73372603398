-- name: find_stop
-- Why the shop may not be written; null when it may.
select stopped from guard where id = 1;

-- name: find_state
-- All that the guard knows.
select stopped, stopped_ms, found, accepted, checked_ms, fully_checked_ms from guard where id = 1;

-- name: stop
-- Writing is stopped from now on, or goes on (null); what was found is kept.
update guard
set stopped = :stopped, found = :found,
  stopped_ms = case when :stopped is null then null else coalesce(stopped_ms, :now_ms) end
where id = 1;

-- name: say_checked
-- The ledger was looked at, quickly or in full.
update guard
set checked_ms = :now_ms, fully_checked_ms = case when :full then :now_ms else fully_checked_ms end
where id = 1;

-- name: accept
-- What was found is accepted; writing goes on.
update guard set stopped = null, stopped_ms = null, accepted = :accepted, found = '[]' where id = 1;

-- name: probe
-- A trace that the disk takes what is written.
update guard set probed_ms = :now_ms where id = 1;

-- name: find_epoch_name
-- The name of this database's history.
select value from epoch where id = 1;

-- name: rename_epoch
-- Another history begins: who followed the old one has to start anew.
update epoch set value = :value where id = 1;
