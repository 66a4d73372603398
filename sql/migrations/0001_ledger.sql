-- The ledger, its catalogue, its rollups and what the machinery around them keeps.
-- Money is in minor units, *_ms are UTC milliseconds, day is days since 1970-01-01 of the shop's local date.
-- One file serves both databases: db/ turns `integer` into `bigint`, `blob` into `bytea` and drops `strict` on PostgreSQL.

-- The shop's settings as kept at first start: name, currency, time zone, locale, mode.
create table setting (name text primary key, value text not null) strict;

-- One row: the name of this database's history; a restore makes a new one.
create table epoch (id integer primary key check (id = 1), value text not null) strict;

-- The next numbers, written once per transaction under the lock; no hole, ever.
create table counter (name text primary key, value integer not null) strict;

-- What happened, by range of seq and first id; bodies are shaped from the ledger.
create table outbox (
  seq integer primary key, last_seq integer not null check (last_seq >= seq),
  topic text not null, event text not null, first_id integer not null, at_ms integer not null
) strict;

-- The answer that each Idempotency-Key got, for seven days or longer.
create table idempotency (
  asker text not null, key text not null, content blob not null,
  status integer not null, result text not null, at_ms integer not null,
  primary key (key, asker)
) strict;
create index idempotency_at on idempotency (at_ms);

-- When each background process was last alive.
create table heartbeat (name text primary key, at_ms integer not null) strict;

-- Long work: queued, claimed by lease, resumed by its own position.
create table job (
  id integer primary key, kind text not null, argument text not null, state text not null
    check (state in ('queued', 'running', 'cancelling', 'done', 'failed', 'cancelled')),
  run_after_ms integer not null, attempts integer not null default 0, fence integer not null default 0,
  leased_until_ms integer not null default 0, position text not null default '{}', error text,
  created_ms integer not null, started_ms integer, ended_ms integer
) strict;
create index job_state on job (state, run_after_ms, id);

-- The tree of categories; a row never changes, so that past lines keep their place.
create table category (
  id integer primary key, parent_id integer references category (id),
  name text not null, path text not null unique
) strict;

-- The makers of products.
create table brand (id integer primary key, name text not null unique) strict;

-- Those who supply the shop.
create table vendor (id integer primary key, name text not null unique) strict;

-- Price tiers such as value, core, premium.
create table price_tier (id integer primary key, name text not null unique) strict;

-- Where sales come from: online, a store, a marketplace.
create table channel (
  id integer primary key, code text not null unique, name text not null,
  kind text not null check (kind in ('online', 'store', 'marketplace'))
) strict;

-- Places with stock; region is ISO 3166-2, the time zone serves its weather alone.
create table location (
  id integer primary key, code text not null unique, name text not null, region text,
  latitude real, longitude real, time_zone text
) strict;

-- Buyers by pseudonymous id; personal fields are sealed, looked up by a keyed hash.
create table customer (
  id integer primary key, code text unique, email_index blob unique, phone_index blob,
  sealed blob, created_ms integer not null, seq integer not null
) strict;

-- What is sold, as it is today; sku is case-sensitive.
create table product (
  id integer primary key, sku text not null unique, gtin text, name text not null,
  price_minor integer not null check (price_minor between 0 and 999999999),
  cost_minor integer check (cost_minor between 0 and 999999999),
  category_id integer references category (id), brand_id integer references brand (id),
  vendor_id integer references vendor (id), price_tier_id integer references price_tier (id),
  version_id integer not null, tracked integer not null default 0 check (tracked in (0, 1)),
  oversell integer not null default 0 check (oversell in (0, 1)), reorder_point integer,
  archived integer not null default 0 check (archived in (0, 1)),
  seq integer not null, created_ms integer not null, changed_ms integer not null
) strict;
create index product_gtin on product (gtin);

-- Free words on a product.
create table product_tag (
  product_id integer not null references product (id), tag text not null, primary key (product_id, tag)
) strict;

-- What a product was called and where it stood; immutable, lines and rollups hold it.
create table product_version (
  id integer primary key, product_id integer not null references product (id), name text not null,
  category_id integer references category (id), brand_id integer references brand (id),
  vendor_id integer references vendor (id), price_tier_id integer references price_tier (id),
  created_ms integer not null
) strict;
create index product_version_product on product_version (product_id);

-- Each price of a product with its validity; the open one has no end.
create table price (
  id integer primary key, product_id integer not null references product (id),
  price_minor integer not null, from_ms integer not null, to_ms integer, reason text
) strict;
create index price_product on price (product_id, from_ms);

-- Batches of goods with a code and an expiry date (days since 1970-01-01).
create table lot (
  id integer primary key, product_id integer not null references product (id),
  code text not null, expiry_day integer, unique (product_id, code)
) strict;

-- How much of a tracked product lies where: the sum of its moves.
create table stock_level (
  product_id integer not null references product (id), location_id integer not null references location (id),
  quantity integer not null, primary key (product_id, location_id)
) strict;

-- The ledger of stock: every change with its reason and what caused it.
create table stock_move (
  id integer primary key, product_id integer not null references product (id),
  location_id integer not null references location (id), change integer not null, quantity_after integer not null,
  reason text not null, order_id integer, return_id integer, lot text, note text,
  at_ms integer not null, entered_ms integer not null, seq integer not null
) strict;
create index stock_move_product on stock_move (product_id, id);

-- Sales: when they happened, when they were entered, and under which number of the shop's history.
create table orders (
  id integer primary key, seq integer not null, placed_ms integer not null, entered_ms integer not null,
  day integer not null, hour_ms integer not null, hour integer not null check (hour between 0 and 23),
  channel_id integer not null references channel (id), location_id integer references location (id),
  region text, external_id text, customer_id integer references customer (id),
  -- Not `payment in (...)`: of three values or more SQLite makes a table, for each row anew, a fifth of what putting it in costs.
  payment text check (payment = 'cash' or payment = 'card' or payment = 'other'), note text,
  total_minor integer not null, lines integer not null check (lines between 1 and 1000)
) strict;
create index orders_placed on orders (placed_ms, id);
create index orders_total on orders (total_minor, id);
create unique index orders_external on orders (external_id, channel_id) where external_id is not null;
create index orders_customer on orders (customer_id) where customer_id is not null;

-- What was sold, at the price, cost and product version of its moment.
create table order_line (
  id integer primary key, order_id integer not null references orders (id),
  product_id integer not null references product (id), version_id integer not null references product_version (id),
  quantity integer not null check (quantity between 1 and 1000000), price_minor integer not null check (price_minor >= 0),
  discount_minor integer not null check (discount_minor >= 0), total_minor integer not null check (total_minor >= 0),
  cost_minor integer, lot text
) strict;
create index order_line_order on order_line (order_id);
create index order_line_product on order_line (product_id, order_id);

-- Goods taken back, on their own day, with or without a known sale.
create table returns (
  id integer primary key, seq integer not null, order_id integer references orders (id),
  returned_ms integer not null, entered_ms integer not null,
  day integer not null, hour_ms integer not null, hour integer not null check (hour between 0 and 23),
  channel_id integer not null references channel (id), location_id integer references location (id),
  region text, external_id text, customer_id integer references customer (id),
  reason text, note text, total_minor integer not null
) strict;
create index returns_order on returns (order_id) where order_id is not null;
create index returns_returned on returns (returned_ms, id);
create unique index returns_external on returns (external_id, channel_id) where external_id is not null;

-- What came back, at the amount that was given for it.
create table return_line (
  id integer primary key, return_id integer not null references returns (id),
  order_line_id integer references order_line (id), product_id integer not null references product (id),
  version_id integer not null references product_version (id), quantity integer not null check (quantity between 1 and 1000000),
  price_minor integer not null, amount_minor integer not null check (amount_minor >= 0), cost_minor integer,
  restock integer not null check (restock in (0, 1)), lot text
) strict;
create index return_line_return on return_line (return_id);
create index return_line_order_line on return_line (order_line_id) where order_line_id is not null;
create index return_line_product on return_line (product_id, return_id);

-- Rollup: what was sold and taken back, by second; the last minute stands on it, older seconds are pruned.
create table sales_second (
  second integer not null, channel_id integer not null, location_id integer not null, region text not null,
  orders integer not null, gross_minor integer not null,
  primary key (second, channel_id, location_id, region)
) strict, without rowid;

-- Rollup: all sales by day and place (0 and '' stand for none).
create table sales_day (
  day integer not null, channel_id integer not null, location_id integer not null, region text not null,
  orders integer not null, gross_minor integer not null, returns_minor integer not null,
  units integer not null, units_returned integer not null,
  costed_minor integer not null, cost_minor integer not null,
  primary key (day, channel_id, location_id, region)
) strict, without rowid;

-- Rollup: all sales by the instant at which a local hour began, and place.
create table sales_hour (
  hour_ms integer not null, channel_id integer not null, location_id integer not null, region text not null,
  day integer not null, hour integer not null,
  orders integer not null, gross_minor integer not null, returns_minor integer not null,
  units integer not null, units_returned integer not null,
  costed_minor integer not null, cost_minor integer not null,
  primary key (hour_ms, channel_id, location_id, region)
) strict, without rowid;

-- Rollup: sales of each product version by day and place; orders are those that hold the product.
create table product_day (
  day integer not null, version_id integer not null, channel_id integer not null, location_id integer not null, region text not null,
  orders integer not null, gross_minor integer not null, returns_minor integer not null,
  units integer not null, units_returned integer not null,
  costed_minor integer not null, cost_minor integer not null,
  primary key (day, version_id, channel_id, location_id, region)
) strict, without rowid;

-- Rollup: product_day by calendar month (year * 12 + month - 1), so that long periods stay cheap; month 0 is all time.
create table product_month (
  month integer not null, version_id integer not null, channel_id integer not null, location_id integer not null, region text not null,
  orders integer not null, gross_minor integer not null, returns_minor integer not null,
  units integer not null, units_returned integer not null,
  costed_minor integer not null, cost_minor integer not null,
  primary key (month, version_id, channel_id, location_id, region)
) strict, without rowid;

-- Rollup: distinct orders by day, place and one value of one product dimension (a category counts for its ancestors too).
create table order_day (
  day integer not null, dimension text not null, value_id integer not null,
  channel_id integer not null, location_id integer not null, region text not null,
  orders integer not null,
  primary key (day, dimension, value_id, channel_id, location_id, region)
) strict, without rowid;

-- A file that was given, what became of it and how far it has been read.
create table import (
  id integer primary key, job_id integer references job (id), file_name text not null, path text not null,
  sha256 text not null, mapping text not null, state text not null
    check (state in ('preview', 'queued', 'running', 'cancelling', 'done', 'failed', 'cancelled')),
  total_rows integer, read_rows integer not null default 0, imported integer not null default 0,
  repeated integer not null default 0, rejected integer not null default 0,
  position text not null default '{}', preview text, error text,
  created_ms integer not null, started_ms integer, ended_ms integer
) strict;
create index import_sha on import (sha256);

-- Rows of a file that were not imported, with the reason.
create table import_error (
  import_id integer not null references import (id), row_number integer not null,
  field text not null, detail text not null, value text, primary key (import_id, row_number, field)
) strict, without rowid;

-- The rows of a file from which an order or a return was made, as they stood there.
create table source_row (
  import_id integer not null references import (id), first_row integer not null,
  order_id integer, return_id integer, rows text not null, primary key (import_id, first_row)
) strict, without rowid;
create index source_row_order on source_row (order_id) where order_id is not null;
create index source_row_return on source_row (return_id) where return_id is not null;
