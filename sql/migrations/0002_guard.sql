-- The guard: whether the shop may be written, what the checks found and what a person has decided.

-- One row: why writing is stopped (null: it is not), what was found, what a person accepted, when it was looked at.
create table guard (
  id integer primary key check (id = 1),
  stopped text check (stopped in ('rollups', 'ledger', 'file')), stopped_ms integer,
  found text not null default '[]', accepted text not null default '[]',
  checked_ms integer, fully_checked_ms integer, probed_ms integer not null default 0
) strict;

insert into guard (id) values (1);
