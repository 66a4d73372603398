-- The rows of a file from which an order was made, as they stood there, under its own number: a new one goes to the end, as the ledger's own
-- rows do. By import and first row they lay on three times as many pages, which an import wrote again and again.
create table order_source (
  order_id integer primary key, import_id integer not null references import (id), first_row integer not null, rows text not null
) strict;

-- The rows of a file from which a return was made.
create table return_source (
  return_id integer primary key, import_id integer not null references import (id), first_row integer not null, rows text not null
) strict;

insert into order_source (order_id, import_id, first_row, rows)
select order_id, import_id, first_row, rows from source_row where order_id is not null order by order_id
on conflict (order_id) do nothing;
insert into return_source (return_id, import_id, first_row, rows)
select return_id, import_id, first_row, rows from source_row where return_id is not null order by return_id
on conflict (return_id) do nothing;
drop table source_row;
