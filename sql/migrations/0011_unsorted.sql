-- What a batch of a file added to the products' days and months, as it came: one row at the end of one table, where each of
-- product_day and product_month would have one changed in the middle. Every figure counts these rows in; soon afterwards they
-- are sorted into the two rollups and are gone from here.
create table product_unsorted (
  id integer primary key,
  day integer not null, month integer not null,
  version_id integer not null, channel_id integer not null, location_id integer not null, region text not null,
  orders integer not null, gross_minor integer not null, returns_minor integer not null,
  units integer not null, units_returned integer not null,
  costed_minor integer not null, cost_minor integer not null
) strict;
