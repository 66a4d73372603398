-- name: find_place
-- How far the ledger has come on this server: only one that has a replica is asked.
select 0 as seq, '' as epoch, 0 as lsn, 0 as timeline;

-- name: find_place.postgres
-- Every acknowledged commit lies before `lsn`; the timeline is another one after each failover. A standby has written nothing.
select
  (select value from counter where name = 'seq') as seq,
  (select value from epoch) as epoch,
  case when pg_is_in_recovery() then 0
    else pg_wal_lsn_diff(pg_current_wal_flush_lsn(), '0/0')::bigint end as lsn,
  case when pg_is_in_recovery() then 0
    else ('x' || substr(pg_walfile_name(pg_current_wal_flush_lsn()), 1, 8))::bit(32)::int end as timeline;

-- name: find_system
-- Which server this is, or which one it is a replica of.
select '' as system;

-- name: find_system.postgres
-- The number that a server's data got when they were made; its replicas have the same.
select system_identifier::text from pg_control_system();

-- name: find_standing
-- What a replica says of itself.
select 0 as standby, 0 as timeline, 0 as lsn, '' as epoch;

-- name: find_standing.postgres
-- The timeline is the newest that the replica is known to follow; `lsn` is what it has replayed.
select
  case when pg_is_in_recovery() then 1 else 0 end as standby,
  greatest(
    (select timeline_id from pg_control_checkpoint()),
    (select min_recovery_end_timeline from pg_control_recovery()),
    (select received_tli from pg_stat_wal_receiver)
  ) as timeline,
  coalesce(pg_wal_lsn_diff(pg_last_wal_replay_lsn(), '0/0')::bigint, 0) as lsn,
  (select value from epoch) as epoch;

-- name: find_replayed
-- How much of the log a replica has replayed.
select 0 as lsn;

-- name: find_replayed.postgres
-- Nothing where it is no replica.
select coalesce(pg_wal_lsn_diff(pg_last_wal_replay_lsn(), '0/0')::bigint, 0) as lsn;
