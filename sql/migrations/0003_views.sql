-- Questions to the metrics layer that somebody gave a name: the query of /explore, names in order.
create table saved_view (
  id integer primary key, name text not null unique, query text not null, created_ms integer not null,
  seq integer not null
) strict;

-- What was entered after it happened, so that entries after the close of a day are found without reading the day.
create index orders_late on orders (day, entered_ms) where entered_ms > placed_ms;
create index returns_late on returns (day, entered_ms) where entered_ms > returned_ms;
