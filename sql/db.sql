-- name: find_settings
-- The shop's settings as kept at first start.
select name, value from setting order by name;

-- name: keep_setting
-- Keep one setting; a second time replaces it.
insert into setting (name, value) values (:name, :value)
on conflict (name) do update set value = excluded.value;

-- name: find_epoch
-- The name of this database's history.
select value from epoch where id = 1;

-- name: insert_epoch
-- Name this database's history, once.
insert into epoch (id, value) values (1, :value);

-- name: count_migration_tables
-- 1 where any migration has been applied.
select count(*) from sqlite_master where type = 'table' and name = 'schema_migration';

-- name: count_migration_tables.postgres
-- The schema that new tables go to is asked, and no other.
select count(*) from pg_tables where schemaname = current_schema() and tablename = 'schema_migration';

-- name: count_move_tables
-- 1 where a shop is being moved into this database.
select count(*) from sqlite_master where type = 'table' and name = 'move_progress';

-- name: count_move_tables.postgres
-- The same of the schema that new tables go to.
select count(*) from pg_tables where schemaname = current_schema() and tablename = 'move_progress';

-- name: find_made_ms
-- When this shop's database was made.
select min(applied_ms) from schema_migration;

-- name: find_seq
-- The number of the last committed change.
select value from counter where name = 'seq';

-- name: insert_counters
-- The numbers that a new shop has used already.
insert into counter (name, value) values :rows(name, value);

-- name: insert_channels
-- The channels of a new shop.
insert into channel (id, code, name, kind) values :rows(id, code, name, kind);

-- name: insert_location
-- The one location of a new shop.
insert into location (id, code, name) values (1, 'main', 'Main');

-- name: find_kept
-- The answers kept under any of these keys.
select asker, key, content, status, result from idempotency where key in :keys;

-- name: insert_kept
-- Keep the answers that keys have got.
insert into idempotency (asker, key, content, status, result, at_ms) values :rows(asker, key, content, status, result, at_ms);

-- name: prune_kept
-- Forget answers given before a time, some at once.
delete from idempotency where rowid in (
  select rowid from idempotency where at_ms < :before_ms order by at_ms limit :limit
);

-- name: set_counters
-- The last numbers taken, once before COMMIT.
insert into counter (name, value) values :rows(name, value)
on conflict (name) do update set value = excluded.value;

-- name: find_counters
-- The last number taken of each counter.
select name, value from counter order by name;
