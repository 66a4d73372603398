-- name: count_sessions
-- PostgreSQL: how many other sessions of a shop have this database open; SQLite has files that say so.
select 0 as sessions;

-- name: count_sessions.postgres
-- Sessions bear the program's name; this one and the one that holds the lock beside it are not counted.
select count(*) from pg_stat_activity
where datname = current_database() and application_name in ('takings reader', 'takings ear');

-- name: find_turn
-- What who writes reads when its turn has come: the counters, and under no name why the shop may not be written.
select name, value, null as stopped from counter
union all
select '', 0, stopped from guard where id = 1;

-- name: count_rows
-- How many rows a table has; its name is filled in from the schema.
select count(*) from <table>;

-- name: find_bytes
-- PostgreSQL: how much of the disk the shop's tables and indexes take; SQLite's file says so by itself.
select 0 as bytes;

-- name: find_bytes.postgres
-- All that stands in the shop's schema.
select coalesce(sum(pg_total_relation_size(oid)), 0) from pg_class
where relnamespace = current_schema()::regnamespace and relkind = 'r';

-- name: find_timeline
-- The name of the history, and the server's line of time: another one after each failover.
select value as epoch, '0' as timeline from epoch;

-- name: find_timeline.postgres
-- The first eight digits of the name of the log's file, of a server that is written to.
select value as epoch, substr(pg_walfile_name(pg_current_wal_lsn()), 1, 8) as timeline from epoch;
