-- name: make_progress
-- How far each table of a move has come, in the target, until all of it is there.
create table move_progress (
  table_name text primary key, rows_done integer not null, last_key text not null
) strict;

-- name: drop_progress
-- The move has come to its end: the shop can be opened.
drop table move_progress;

-- name: insert_mark
-- Which shop is moved, as it was when this began.
insert into move_progress (table_name, rows_done, last_key) values ('', 0, :mark);

-- name: find_mark
-- Which shop is moved.
select last_key from move_progress where table_name = '';

-- name: find_progress
-- How many rows of a table have come, and the key of the last of them.
select rows_done, last_key from move_progress where table_name = :table_name;

-- name: keep_progress
-- So far has a table come, in the transaction that brought it there.
insert into move_progress (table_name, rows_done, last_key) values (:table_name, :rows_done, :last_key)
on conflict (table_name) do update set rows_done = excluded.rows_done, last_key = excluded.last_key;

-- name: clear_guard
-- The row that a new schema begins with comes from the source.
delete from guard;

-- name: clear_migrations
-- When the schema was made comes from the source, too.
delete from schema_migration;

-- name: read_first
-- The first rows of a table, by its primary key; the names are filled in from the schema.
select <columns> from <table> order by <keys> limit :limit;

-- name: read_after
-- The rows behind a key.
select <columns> from <table> where (<keys>) > (<places>) order by <keys> limit :limit;

-- name: copy_rows
-- PostgreSQL's own way in.
copy <table> (<columns>) from stdin;

-- name: insert_rows
-- SQLite's way in.
insert into <table> (<columns>) values (<places>);

-- name: sum_money
-- All money of a column, to the cent.
select coalesce(sum(<column>), 0) from <table>;

-- name: sum_numbers
-- A sum that stays small: each number modulo a prime.
select coalesce(sum(<column> % 1000000007), 0) from <table>;

-- name: sum_reals
-- A sum of measured values, in thousandths.
select coalesce(sum(<column> * 1000), 0) from <table>;

-- name: sum_lengths
-- How long all texts of a column are.
select coalesce(sum(length(<column>)), 0) from <table>;

-- name: find_total
-- What all orders come to.
select coalesce(sum(total_minor), 0) from orders;
