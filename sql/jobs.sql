-- fragment: shared_ms
-- What time it is by the one clock that all who work for the shop share: of a file, that of its machine.
:real_ms

-- fragment: shared_ms.postgres
-- That of the server, read anew with each statement, also inside a transaction.
(extract(epoch from clock_timestamp()) * 1000)::bigint

-- fragment: free
-- Work that is due (or was when it was queued: clocks are put back), or whose worker died.
(state = 'queued' and (run_after_ms <= :now_ms or run_after_ms <= created_ms))
    or (state in ('running', 'cancelling') and leased_until_ms < :use(shared_ms))

-- fragment: passing_over
-- A file has one who writes at a time.

-- fragment: passing_over.postgres
-- What somebody else is about to claim, or writes under, is passed over and not waited for.
for update skip locked

-- fragment: alone
-- A file has one who writes at a time.

-- fragment: alone.postgres
-- Nobody takes it before this transaction has ended.
for no key update of job

-- name: find_server_ms
-- PostgreSQL: what time it is there; a file's processes share the clock of their machine, and say what it is.
select :now_ms as now_ms;

-- name: find_server_ms.postgres
-- The server's clock.
select :use(shared_ms);

-- name: lock_timetable
-- PostgreSQL: who looks what is due looks alone, whatever else is written; the lock of a file's writers does the same.
select 0 as locked;

-- name: lock_timetable.postgres
-- Given up at the end of the transaction.
select 1 from pg_advisory_xact_lock(hashtext('takings timetable ' || current_schema()));

-- name: insert_job
-- Queue one piece of work.
insert into job (id, kind, argument, state, run_after_ms, created_ms)
values (:id, :kind, :argument, 'queued', :run_after_ms, :created_ms);

-- name: find_waiting
-- The work of this kind and argument that has not ended, oldest first.
select id
from job
where kind = :kind and argument = :argument and state in ('queued', 'running')
order by id
limit 1;

-- name: find_job
-- One piece of work as it stands.
select id, kind, argument, state, run_after_ms, attempts, fence, leased_until_ms, position, error,
  created_ms, started_ms, ended_ms
from job
where id = :id;

-- name: find_claimable
-- The next work of these kinds that can be taken.
select id from job where kind in :kinds and (:use(free)) order by run_after_ms, id limit 1;

-- name: pick_claimable
-- The same, to be claimed in this transaction.
select id, fence from job where kind in :kinds and (:use(free)) order by run_after_ms, id limit 1 :use(passing_over);

-- name: count_open
-- How much work of each kind waits or runs, and since when the oldest of it does.
select kind, state, count(*) as count,
  min(case state when 'queued' then run_after_ms else coalesce(started_ms, created_ms) end) as since_ms
from job
where state in ('queued', 'running', 'cancelling')
group by kind, state
order by kind, state;

-- name: claim_job
-- Take work that is due or was left; who comes second changes nothing.
update job
set state = case state when 'cancelling' then 'cancelling' else 'running' end, fence = fence + 1, attempts = attempts + 1,
  leased_until_ms = :use(shared_ms) + :lease_ms, started_ms = coalesce(started_ms, :now_ms), ended_ms = null, error = null
where id = :id
  and (:by_force or :use(free));

-- name: renew_lease
-- Hold on to work, as long as nobody else has taken it.
update job set leased_until_ms = :use(shared_ms) + :lease_ms
where id = :id and fence = :fence and state in ('running', 'cancelling');

-- name: keep_position
-- Remember how far work has come, as long as nobody else has taken it.
update job
set position = coalesce(:position, position), leased_until_ms = :use(shared_ms) + :lease_ms
where id = :id and fence = :fence and state = 'running';

-- name: find_fence
-- Who holds work now: what is written under an older fence is not written.
select fence from job where id = :id :use(alone);

-- name: end_job
-- Work has ended, as long as nobody else has taken it.
update job
set state = :state, error = :error, ended_ms = :now_ms, leased_until_ms = 0
where id = :id and fence = :fence and state in ('running', 'cancelling');

-- name: release_job
-- Give work back, to be gone on with by the next worker, after a delay or at once.
update job
set state = case state when 'cancelling' then 'cancelling' else 'queued' end, leased_until_ms = 0,
  attempts = attempts - 1, run_after_ms = case when :delay_ms > 0 then :now_ms + :delay_ms else created_ms end
where id = :id and fence = :fence and state in ('running', 'cancelling');

-- name: cancel_job
-- Ask running work to stop; what has not begun is cancelled at once.
update job
set state = case state when 'queued' then 'cancelled' else 'cancelling' end,
  ended_ms = case state when 'queued' then :now_ms else null end
where id = :id and state in ('queued', 'running');

-- name: requeue_job
-- Go on with work that was cancelled or has failed.
update job
set state = 'queued', attempts = 0, error = null, ended_ms = null, run_after_ms = created_ms
where id = :id and state in ('cancelled', 'failed');

-- name: find_last_created
-- When work of this kind was last queued.
select created_ms from job where kind = :kind order by id desc limit 1;

-- name: delete_ended
-- Forget periodic work that ended long ago.
delete from job
where id in (
  select id from job where kind in :kinds and state in ('done', 'failed', 'cancelled') and ended_ms < :before_ms
  order by id limit :limit
);

-- name: beat
-- A background process is alive.
insert into heartbeat (name, at_ms) values (:name, :at_ms)
on conflict (name) do update set at_ms = excluded.at_ms;

-- name: find_beat
-- When a background process was last alive.
select at_ms from heartbeat where name = :name;
