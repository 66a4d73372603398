-- name: find_broken_files
-- PostgreSQL: what the server distrusts of this database; SQLite checks its file by itself.
select '' where :limit < 0;

-- name: find_broken_files.postgres
-- Pages with a wrong checksum, indexes that are not valid, keys that nobody has checked.
select said from (
  select checksum_failures || ' pages of the database have a wrong checksum' as said
  from pg_stat_database
  where datname = current_database() and checksum_failures > 0
  union all
  select 'index ' || c.relname || ' is not valid'
  from pg_index i
  join pg_class c on c.oid = i.indexrelid
  where c.relnamespace = current_schema()::regnamespace and not i.indisvalid
  union all
  select 'constraint ' || conname || ' was never checked'
  from pg_constraint
  where connamespace = current_schema()::regnamespace and not convalidated
) found
order by said
limit :limit;

-- name: find_foreign_keys
-- PostgreSQL: each key of one column that names another table's row; SQLite checks them by itself.
select '' where false;

-- name: find_foreign_keys.postgres
-- Table, column, and the table and column that are named.
select c.relname, a.attname, p.relname, b.attname
from pg_constraint k
join pg_class c on c.oid = k.conrelid
join pg_class p on p.oid = k.confrelid
join pg_attribute a on a.attrelid = c.oid and a.attnum = k.conkey[1]
join pg_attribute b on b.attrelid = p.oid and b.attnum = k.confkey[1]
where k.contype = 'f' and k.connamespace = current_schema()::regnamespace
order by c.relname, a.attname;

-- name: find_orphans
-- Values of a column for which no row stands in the table that it names; the names are filled in from the schema.
select c.<column>
from <table> c
where c.<column> is not null and not exists (select 1 from <parent> p where p.<key> = c.<column>)
order by 1
limit :limit;
