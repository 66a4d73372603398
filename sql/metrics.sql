-- The metrics layer: looking up filters, keeping the rollups, making them anew, and the pieces that ask() composes.

-- name: find_value_by_id
-- The id again, if the dimension has such a value.
select id from channel where :name = 'channel' and id = :id
union all select id from location where :name = 'location' and id = :id
union all select id from category where :name = 'category' and id = :id
union all select id from brand where :name = 'brand' and id = :id
union all select id from vendor where :name = 'vendor' and id = :id
union all select id from price_tier where :name = 'price_tier' and id = :id
union all select id from product where :name = 'product' and id = :id
limit 1;

-- name: find_values_by_name
-- The ids of a code, SKU, path or name; a category's path goes before a bare name, which several may bear.
select id from channel where :name = 'channel' and code = :text
union all select id from location where :name = 'location' and code = :text
union all select id from category where :name = 'category' and path = :text
union all select id from category
  where :name = 'category' and name = :text and not exists (select 1 from category where path = :text)
union all select id from brand where :name = 'brand' and name = :text
union all select id from vendor where :name = 'vendor' and name = :text
union all select id from price_tier where :name = 'price_tier' and name = :text
union all select id from product where :name = 'product' and sku = :text
order by id
limit 1000;

-- name: knows_region
-- Whether any place or any sale bears the region, or one inside it.
select 1 from location
where region = :region or substr(region, 1, length(:region) + 1) = :region || '-'
union all
select 1 from sales_day
where region = :region or substr(region, 1, length(:region) + 1) = :region || '-'
limit 1;

-- name: find_categories
-- The tree: each category and the one above it.
select id, parent_id from category order by id;

-- name: find_versions
-- Where these product versions stand.
select id, product_id, coalesce(category_id, 0), coalesce(brand_id, 0), coalesce(vendor_id, 0),
  coalesce(price_tier_id, 0), created_ms
from product_version
where id in :ids
order by id;

-- name: find_value_names
-- How rows call the values of a dimension: code, path or name.
select id, code from channel where :name = 'channel'
union all select id, code from location where :name = 'location'
union all select id, path from category where :name = 'category'
union all select id, name from brand where :name = 'brand'
union all select id, name from vendor where :name = 'vendor'
union all select id, name from price_tier where :name = 'price_tier';

-- name: find_value_titles
-- How people call the values of a dimension: names of channels and places, paths of categories.
select id, name from channel where :name = 'channel'
union all select id, name from location where :name = 'location'
union all select id, path from category where :name = 'category'
union all select id, name from brand where :name = 'brand'
union all select id, name from vendor where :name = 'vendor'
union all select id, name from price_tier where :name = 'price_tier'
order by 1;

-- name: find_products
-- The SKU and today's name of these products.
select id, sku, name from product where id in :ids order by id;

-- ---- Keeping: what a group of sales and returns adds, one row a key ----

-- name: add_sales_second
-- Sales by second and place.
insert into sales_second (second, channel_id, location_id, region, orders, gross_minor)
values :rows(second, channel_id, location_id, region, orders, gross_minor)
on conflict (second, channel_id, location_id, region) do update set
  orders = sales_second.orders + excluded.orders,
  gross_minor = sales_second.gross_minor + excluded.gross_minor;

-- name: add_sales_day
-- Sales and returns by day and place.
insert into sales_day (
  day, channel_id, location_id, region,
  orders, gross_minor, returns_minor, units, units_returned, costed_minor, cost_minor
) values :rows(day, channel_id, location_id, region, orders, gross, returns, units, returned, costed, cost)
on conflict (day, channel_id, location_id, region) do update set
  orders = sales_day.orders + excluded.orders,
  gross_minor = sales_day.gross_minor + excluded.gross_minor,
  returns_minor = sales_day.returns_minor + excluded.returns_minor,
  units = sales_day.units + excluded.units,
  units_returned = sales_day.units_returned + excluded.units_returned,
  costed_minor = sales_day.costed_minor + excluded.costed_minor,
  cost_minor = sales_day.cost_minor + excluded.cost_minor;

-- name: add_sales_hour
-- Sales and returns by hour and place.
insert into sales_hour (
  hour_ms, channel_id, location_id, region, day, hour,
  orders, gross_minor, returns_minor, units, units_returned, costed_minor, cost_minor
) values :rows(
  hour_ms, channel_id, location_id, region, day, hour, orders, gross, returns, units, returned, costed, cost
)
on conflict (hour_ms, channel_id, location_id, region) do update set
  orders = sales_hour.orders + excluded.orders,
  gross_minor = sales_hour.gross_minor + excluded.gross_minor,
  returns_minor = sales_hour.returns_minor + excluded.returns_minor,
  units = sales_hour.units + excluded.units,
  units_returned = sales_hour.units_returned + excluded.units_returned,
  costed_minor = sales_hour.costed_minor + excluded.costed_minor,
  cost_minor = sales_hour.cost_minor + excluded.cost_minor;

-- fragment: sum_measures
-- The seven measures of a group.
sum(s.orders) as orders, sum(s.gross_minor) as gross_minor, sum(s.returns_minor) as returns_minor,
  sum(s.units) as units, sum(s.units_returned) as units_returned,
  sum(s.costed_minor) as costed_minor, sum(s.cost_minor) as cost_minor

-- fragment: measures
-- The seven measures of a row.
orders, gross_minor, returns_minor, units, units_returned, costed_minor, cost_minor

-- fragment: beside_product_day
-- A product that has a row of the day gets the sums added to it.
on conflict (day, version_id, channel_id, location_id, region) do update set
  orders = product_day.orders + excluded.orders,
  gross_minor = product_day.gross_minor + excluded.gross_minor,
  returns_minor = product_day.returns_minor + excluded.returns_minor,
  units = product_day.units + excluded.units,
  units_returned = product_day.units_returned + excluded.units_returned,
  costed_minor = product_day.costed_minor + excluded.costed_minor,
  cost_minor = product_day.cost_minor + excluded.cost_minor;

-- fragment: beside_product_month
-- A product that has a row of the month gets the sums added to it.
on conflict (month, version_id, channel_id, location_id, region) do update set
  orders = product_month.orders + excluded.orders,
  gross_minor = product_month.gross_minor + excluded.gross_minor,
  returns_minor = product_month.returns_minor + excluded.returns_minor,
  units = product_month.units + excluded.units,
  units_returned = product_month.units_returned + excluded.units_returned,
  costed_minor = product_month.costed_minor + excluded.costed_minor,
  cost_minor = product_month.cost_minor + excluded.cost_minor;

-- name: add_product_day
-- Sales and returns of each product version by day and place.
insert into product_day (
  day, version_id, channel_id, location_id, region,
  orders, gross_minor, returns_minor, units, units_returned, costed_minor, cost_minor
) values :rows(day, version_id, channel_id, location_id, region, orders, gross, returns, units, returned, costed, cost)
:use(beside_product_day);

-- name: add_product_month
-- Sales and returns of each product version by month and place.
insert into product_month (
  month, version_id, channel_id, location_id, region,
  orders, gross_minor, returns_minor, units, units_returned, costed_minor, cost_minor
) values :rows(month, version_id, channel_id, location_id, region, orders, gross, returns, units, returned, costed, cost)
:use(beside_product_month);

-- name: add_product_unsorted
-- Sales and returns of each product version by day, month and place, to be sorted into the two rollups later.
insert into product_unsorted (
  day, month, version_id, channel_id, location_id, region,
  orders, gross_minor, returns_minor, units, units_returned, costed_minor, cost_minor
) values :rows(
  day, month, version_id, channel_id, location_id, region, orders, gross, returns, units, returned, costed, cost
);

-- name: find_unsorted
-- Whether anything waits to be sorted in.
select 1 from product_unsorted limit 1;

-- name: find_unsorted_end
-- The first row, by version, behind the first so many that wait to be sorted in.
select version_id, id from product_unsorted order by version_id, id limit 1 offset :limit;

-- name: sort_into_days
-- The days of products take in what waits before this row.
insert into product_day (
  day, version_id, channel_id, location_id, region,
  orders, gross_minor, returns_minor, units, units_returned, costed_minor, cost_minor
)
select s.day, s.version_id, s.channel_id, s.location_id, s.region, :use(sum_measures)
from product_unsorted s
where (s.version_id, s.id) < (:version_id, :id)
group by s.day, s.version_id, s.channel_id, s.location_id, s.region
:use(beside_product_day);

-- name: sort_into_months
-- The months of products take in what waits before this row.
insert into product_month (
  month, version_id, channel_id, location_id, region,
  orders, gross_minor, returns_minor, units, units_returned, costed_minor, cost_minor
)
select s.month, s.version_id, s.channel_id, s.location_id, s.region, :use(sum_measures)
from product_unsorted s
where (s.version_id, s.id) < (:version_id, :id)
group by s.month, s.version_id, s.channel_id, s.location_id, s.region
:use(beside_product_month);

-- name: drop_sorted
-- What was sorted in waits no longer.
delete from product_unsorted where (version_id, id) < (:version_id, :id);

-- name: add_order_day
-- Orders by day, place and one value of one product dimension.
insert into order_day (day, dimension, value_id, channel_id, location_id, region, orders)
values :rows(day, dimension, value_id, channel_id, location_id, region, orders)
on conflict (day, dimension, value_id, channel_id, location_id, region) do update set
  orders = order_day.orders + excluded.orders;

-- name: find_sums_ever
-- What all time sums to, over all places.
select coalesce(sum(orders), 0), coalesce(sum(gross_minor), 0), coalesce(sum(returns_minor), 0),
  coalesce(sum(units), 0), coalesce(sum(units_returned), 0),
  coalesce(sum(costed_minor), 0), coalesce(sum(cost_minor), 0)
from sales_day;

-- name: prune_seconds
-- Seconds that no window looks at any more.
delete from sales_second where second < :second;

-- ---- Making anew: each rollup as a function of the ledger ----

-- fragment: place_of_order
-- Where an order was placed.
o.channel_id, coalesce(o.location_id, 0) as location_id, coalesce(o.region, '') as region

-- fragment: place_of_return
-- Where goods came back.
r.channel_id, coalesce(r.location_id, 0) as location_id, coalesce(r.region, '') as region

-- fragment: measures_of_order
-- An order counts one.
1 as orders, 0 as gross_minor, 0 as returns_minor, 0 as units, 0 as units_returned, 0 as costed_minor, 0 as cost_minor

-- fragment: measures_of_sold_line
-- What a line sold, at the price and cost of its moment.
0 as orders, l.total_minor as gross_minor, 0 as returns_minor, l.quantity as units, 0 as units_returned,
  case when l.cost_minor is null then 0 else l.total_minor end as costed_minor,
  coalesce(l.cost_minor * l.quantity, 0) as cost_minor

-- fragment: measures_of_returned_line
-- What a line gave back.
0 as orders, 0 as gross_minor, l.amount_minor as returns_minor, 0 as units, l.quantity as units_returned,
  case when l.cost_minor is null then 0 else -l.amount_minor end as costed_minor,
  -coalesce(l.cost_minor * l.quantity, 0) as cost_minor

-- fragment: recount_sales_second
-- Sales by second, of the orders that were entered within three hours of being placed.
select o.placed_ms / 1000 as second, :use(place_of_order), count(*) as orders, sum(o.total_minor) as gross_minor
from orders o
where o.placed_ms >= :from_ms and o.placed_ms >= o.entered_ms - 10800000
group by o.placed_ms / 1000, o.channel_id, coalesce(o.location_id, 0), coalesce(o.region, '')

-- fragment: recount_sales_hour
-- All hours as the ledger gives them.
select s.hour_ms, s.channel_id, s.location_id, s.region, s.day, s.hour, :use(sum_measures)
from (
  select o.hour_ms, o.day, o.hour, :use(place_of_order), :use(measures_of_order)
  from orders o
  union all
  select o.hour_ms, o.day, o.hour, :use(place_of_order), :use(measures_of_sold_line)
  from orders o join order_line l on l.order_id = o.id
  union all
  select r.hour_ms, r.day, r.hour, :use(place_of_return), :use(measures_of_returned_line)
  from returns r join return_line l on l.return_id = r.id
) s
group by s.hour_ms, s.channel_id, s.location_id, s.region, s.day, s.hour

-- fragment: recount_sales_day
-- All days as the ledger gives them.
select s.day, s.channel_id, s.location_id, s.region, :use(sum_measures)
from (
  select o.day, :use(place_of_order), :use(measures_of_order)
  from orders o
  union all
  select o.day, :use(place_of_order), :use(measures_of_sold_line)
  from orders o join order_line l on l.order_id = o.id
  union all
  select r.day, :use(place_of_return), :use(measures_of_returned_line)
  from returns r join return_line l on l.return_id = r.id
) s
group by s.day, s.channel_id, s.location_id, s.region

-- fragment: recount_product_day
-- All days of products; an order counts once for a product, at the first of the versions in which it holds it.
select s.day, s.version_id, s.channel_id, s.location_id, s.region, :use(sum_measures)
from (
  select b.day, b.version_id, :use(place_of_order), :use(measures_of_order)
  from (
    select l.order_id, o.day, min(l.version_id) as version_id
    from orders o join order_line l on l.order_id = o.id
    group by l.order_id, o.day, l.product_id
  ) b join orders o on o.id = b.order_id
  union all
  select o.day, l.version_id, :use(place_of_order), :use(measures_of_sold_line)
  from orders o join order_line l on l.order_id = o.id
  union all
  select r.day, l.version_id, :use(place_of_return), :use(measures_of_returned_line)
  from returns r join return_line l on l.return_id = r.id
) s
group by s.day, s.version_id, s.channel_id, s.location_id, s.region

-- fragment: recount_product_month
-- One month of products, from their days.
select cast(:month as integer) as month, s.version_id, s.channel_id, s.location_id, s.region, :use(sum_measures)
from (
  select * from product_day where day >= :from_day and day < :to_day
  union all
  select day, version_id, channel_id, location_id, region, :use(measures)
  from product_unsorted
  where day >= :from_day and day < :to_day
) s
group by s.version_id, s.channel_id, s.location_id, s.region

-- fragment: recount_order_day
-- Distinct orders by each value of each product dimension.
select s.day, s.dimension, s.value_id, s.channel_id, s.location_id, s.region, count(*) as orders
from (
  select o.id, o.day, d.dimension, d.value_id, :use(place_of_order)
  from orders o
  join order_line l on l.order_id = o.id
  join (
    select id as version_id, 'category' as dimension, coalesce(category_id, 0) as value_id from product_version
    union all select id, 'brand', coalesce(brand_id, 0) from product_version
    union all select id, 'vendor', coalesce(vendor_id, 0) from product_version
    union all select id, 'price_tier', coalesce(price_tier_id, 0) from product_version
    union all select id, 'category_tree', 0 from product_version where category_id is null
    union all select v.id, 'category_tree', t.above_id
    from product_version v
    join (
      with recursive tree (id, above_id) as (
        select id, id from category
        union all
        select t.id, c.parent_id from tree t join category c on c.id = t.above_id where c.parent_id is not null
      )
      select id, above_id from tree
    ) t on t.id = v.category_id
  ) d on d.version_id = l.version_id
  group by o.id, o.day, d.dimension, d.value_id, o.channel_id, o.location_id, o.region
) s
group by s.day, s.dimension, s.value_id, s.channel_id, s.location_id, s.region

-- name: find_first_second
-- The oldest second that is kept.
select min(second) from sales_second;

-- name: find_days
-- The first and the last day on which anything was sold or came back.
select min(day), max(day) from sales_day;

-- name: find_newest_day
-- The last day, behind which there is nothing.
select max(day) from sales_day;

-- name: find_newest_hour
-- The last hour of the rollup, behind which there is nothing.
select max(hour_ms) from sales_hour;

-- fragment: state
-- Which history it is, how often the rollups were made anew, and two sums that everything entered adds to.
(select value from epoch where id = 1), (select value from counter where name = 'rebuild'),
  sum(orders), sum(units_returned)

-- name: find_entered
-- Which history it is, how often the rollups were made anew, and what was entered last.
select (select value from epoch where id = 1), (select value from counter where name = 'rebuild'),
  (select max(id) from orders), (select max(id) from returns);

-- name: entered_into_days
-- Whether anything behind the last order and return known lies in these days.
select 1 from orders where id > :after_order and day >= :from_day and day < :to_day
union all
select 1 from returns where id > :after_return and day >= :from_day and day < :to_day
limit 1;

-- name: entered_into_hours
-- Whether anything behind the last order and return known lies in these hours.
select 1 from orders where id > :after_order and hour_ms >= :from_ms and hour_ms < :to_ms
union all
select 1 from returns where id > :after_return and hour_ms >= :from_ms and hour_ms < :to_ms
limit 1;

-- name: find_state_of_days
-- Another answer after each sale or return of these days.
select :use(state) from sales_day where day >= :from_day and day < :to_day;

-- name: find_state_of_returns
-- Another answer after each return since a day.
select (select value from epoch where id = 1), (select value from counter where name = 'rebuild'), sum(units_returned)
from sales_day
where day >= :from_day;

-- name: find_state_of_hours
-- Another answer after each sale or return of these hours.
select :use(state) from sales_hour where hour_ms >= :from_ms and hour_ms < :to_ms;

-- name: clear_sales_second
-- Nothing kept by second.
delete from sales_second;

-- name: clear_sales_day
-- Nothing kept by day.
delete from sales_day;

-- name: clear_sales_hour
-- Nothing kept by hour.
delete from sales_hour;

-- name: clear_product_day
-- Nothing kept by product and day.
delete from product_day;

-- name: clear_product_month
-- Nothing kept by product and month.
delete from product_month;

-- name: clear_product_unsorted
-- Nothing waits to be sorted in.
delete from product_unsorted;

-- name: clear_order_day
-- Nothing kept of distinct orders.
delete from order_day;

-- name: rebuild_sales_second
-- The recent seconds from the orders.
insert into sales_second (second, channel_id, location_id, region, orders, gross_minor)
:use(recount_sales_second);

-- name: rebuild_sales_hour
-- All hours from the ledger.
insert into sales_hour (
  hour_ms, channel_id, location_id, region, day, hour,
  orders, gross_minor, returns_minor, units, units_returned, costed_minor, cost_minor
) :use(recount_sales_hour);

-- name: rebuild_sales_day
-- All days from the ledger.
insert into sales_day (
  day, channel_id, location_id, region,
  orders, gross_minor, returns_minor, units, units_returned, costed_minor, cost_minor
) :use(recount_sales_day);

-- name: rebuild_product_day
-- All days of all products from the ledger.
insert into product_day (
  day, version_id, channel_id, location_id, region,
  orders, gross_minor, returns_minor, units, units_returned, costed_minor, cost_minor
) :use(recount_product_day);

-- name: rebuild_product_month
-- One month of all products from their days.
insert into product_month (
  month, version_id, channel_id, location_id, region,
  orders, gross_minor, returns_minor, units, units_returned, costed_minor, cost_minor
) :use(recount_product_month);

-- name: rebuild_order_day
-- All distinct orders from the ledger.
insert into order_day (day, dimension, value_id, channel_id, location_id, region, orders)
:use(recount_order_day);

-- ---- Checking: rows that only the rollup has, and rows that only the ledger gives ----

-- name: differ_sales_second
-- Where the seconds that are still kept differ from the orders.
with ledger as materialized (:use(recount_sales_second)),
  kept as materialized (select * from sales_second where second >= :from_ms / 1000)
select 'kept' as side, d.* from (select * from kept except select * from ledger) d
union all
select 'ledger', d.* from (select * from ledger except select * from kept) d
limit 100;

-- name: differ_sales_hour
-- Where the hours differ from the ledger.
with ledger as materialized (:use(recount_sales_hour))
select 'kept' as side, d.* from (select * from sales_hour except select * from ledger) d
union all
select 'ledger', d.* from (select * from ledger except select * from sales_hour) d
limit 100;

-- name: differ_sales_day
-- Where the days differ from the ledger.
with ledger as materialized (:use(recount_sales_day))
select 'kept' as side, d.* from (select * from sales_day except select * from ledger) d
union all
select 'ledger', d.* from (select * from ledger except select * from sales_day) d
limit 100;

-- name: differ_recent_days
-- Where the last days differ from the ledger; only what was sold or came back since then is read.
with ledger as materialized (
  select s.day, s.channel_id, s.location_id, s.region, :use(sum_measures)
  from (
    select o.day, :use(place_of_order), :use(measures_of_order)
    from orders o
    where o.placed_ms >= :from_ms
    union all
    select o.day, :use(place_of_order), :use(measures_of_sold_line)
    from orders o join order_line l on l.order_id = o.id
    where o.placed_ms >= :from_ms
    union all
    select r.day, :use(place_of_return), :use(measures_of_returned_line)
    from returns r join return_line l on l.return_id = r.id
    where r.returned_ms >= :from_ms
  ) s
  group by s.day, s.channel_id, s.location_id, s.region
), kept as materialized (select * from sales_day where day >= :from_day)
select 'kept' as side, d.* from (select * from kept except select * from ledger) d
union all
select 'ledger', d.* from (select * from ledger except select * from kept) d
limit 100;

-- fragment: kept_product_day
-- The days of products as every figure reads them: with what waits to be sorted in.
select * from product_day
where (day, version_id, channel_id, location_id, region)
  not in (select day, version_id, channel_id, location_id, region from product_unsorted)
union all
select s.day, s.version_id, s.channel_id, s.location_id, s.region, :use(sum_measures)
from (
  select * from product_day
  where (day, version_id, channel_id, location_id, region)
    in (select day, version_id, channel_id, location_id, region from product_unsorted)
  union all
  select day, version_id, channel_id, location_id, region, :use(measures)
  from product_unsorted
) s
group by s.day, s.version_id, s.channel_id, s.location_id, s.region

-- fragment: kept_product_month
-- One month of products likewise.
select * from product_month
where month = :month and (version_id, channel_id, location_id, region)
  not in (select version_id, channel_id, location_id, region from product_unsorted where month = :month)
union all
select s.month, s.version_id, s.channel_id, s.location_id, s.region, :use(sum_measures)
from (
  select * from product_month
  where month = :month and (version_id, channel_id, location_id, region)
    in (select version_id, channel_id, location_id, region from product_unsorted where month = :month)
  union all
  select month, version_id, channel_id, location_id, region, :use(measures)
  from product_unsorted
  where month = :month
) s
group by s.month, s.version_id, s.channel_id, s.location_id, s.region

-- name: differ_product_day
-- Where the products' days differ from the ledger.
with ledger as materialized (:use(recount_product_day)),
  kept as materialized (:use(kept_product_day))
select 'kept' as side, d.* from (select * from kept except select * from ledger) d
union all
select 'ledger', d.* from (select * from ledger except select * from kept) d
limit 100;

-- name: differ_product_month
-- Where one month of the products differs from their days.
with ledger as materialized (:use(recount_product_month)),
  kept as materialized (:use(kept_product_month))
select 'kept' as side, d.* from (select * from kept except select * from ledger) d
union all
select 'ledger', d.* from (select * from ledger except select * from kept) d
limit 100;

-- name: differ_product_month_outside
-- Months that lie outside the days of the products.
select 'kept' as side, * from product_month where month not in :months
union all
select 'kept', month, version_id, channel_id, location_id, region, :use(measures)
from product_unsorted where month not in :months
limit 100;

-- name: differ_order_day
-- Where the distinct orders differ from the ledger.
with ledger as materialized (:use(recount_order_day))
select 'kept' as side, d.* from (select * from order_day except select * from ledger) d
union all
select 'ledger', d.* from (select * from ledger except select * from order_day) d
limit 100;

-- ---- Pieces of a question. Every source is called s and has the places; compose.py puts them together ----

-- name: select_measures
-- The seven measures of a group.
:use(sum_measures);

-- name: select_orders
-- The orders of a group where each row counts different ones.
sum(s.orders) as orders;

-- name: select_distinct_orders
-- The orders of a group by their lines, each once.
count(distinct s.order_id) as orders;

-- name: select_returned
-- What came back.
sum(s.returns_minor) as returns_minor;

-- name: select_net
-- What was sold less what came back.
sum(s.gross_minor) - sum(s.returns_minor) as net_minor;

-- name: select_net_and_units
-- What was sold less what came back, and how many.
sum(s.gross_minor) - sum(s.returns_minor) as net_minor, sum(s.units) as units;

-- name: select_sales
-- How many orders and what they came to.
sum(s.orders) as orders, sum(s.gross_minor) as gross_minor;

-- name: from_sales_day
-- All sales by day.
from sales_day s where s.day >= :from_day and s.day < :to_day;

-- name: from_sales_hour
-- All sales by hour.
from sales_hour s where s.hour_ms >= :from_ms and s.hour_ms < :to_ms;

-- name: from_product_day
-- Sales of products by day.
from product_day s join product_version v on v.id = s.version_id where s.day >= :from_day and s.day < :to_day;

-- name: from_product_day_since
-- What orders and returns behind the last ones known added to the days of products; see recount_product_day.
from (
  select b.day, b.version_id, :use(place_of_order), :use(measures_of_order)
  from (
    select l.order_id, o.day, min(l.version_id) as version_id
    from orders o join order_line l on l.order_id = o.id
    where o.id > :after_order
    group by l.order_id, o.day, l.product_id
  ) b join orders o on o.id = b.order_id
  union all
  select o.day, l.version_id, :use(place_of_order), :use(measures_of_sold_line)
  from orders o join order_line l on l.order_id = o.id
  where o.id > :after_order
  union all
  select r.day, l.version_id, :use(place_of_return), :use(measures_of_returned_line)
  from returns r join return_line l on l.return_id = r.id
  where r.id > :after_return
) s join product_version v on v.id = s.version_id where s.day >= :from_day and s.day < :to_day;

-- name: from_product_month
-- Sales of products by month.
from product_month s join product_version v on v.id = s.version_id where s.month >= :from_month and s.month < :to_month;

-- name: from_unsorted_day
-- What waits to be sorted into the days of products.
from product_unsorted s join product_version v on v.id = s.version_id where s.day >= :from_day and s.day < :to_day;

-- name: from_unsorted_month
-- What waits to be sorted into the months of products.
from product_unsorted s join product_version v on v.id = s.version_id
where s.month >= :from_month and s.month < :to_month;

-- name: from_order_day
-- Distinct orders by day and one value of one product dimension.
from order_day s where s.day >= :from_day and s.day < :to_day and s.dimension = :dimension;

-- name: from_moments
-- Sales and returns between two instants, with the orders themselves.
from (
  select o.placed_ms as at_ms, o.day, o.hour_ms, o.hour, :use(place_of_order), :use(measures_of_order)
  from orders o
  where o.placed_ms >= :from_ms and o.placed_ms < :to_ms
  union all
  select o.placed_ms as at_ms, o.day, o.hour_ms, o.hour, :use(place_of_order), :use(measures_of_sold_line)
  from orders o join order_line l on l.order_id = o.id
  where o.placed_ms >= :from_ms and o.placed_ms < :to_ms
  union all
  select r.returned_ms as at_ms, r.day, r.hour_ms, r.hour, :use(place_of_return), :use(measures_of_returned_line)
  from returns r join return_line l on l.return_id = r.id
  where r.returned_ms >= :from_ms and r.returned_ms < :to_ms
) s where true;

-- name: from_lines
-- Lines sold and returned between two instants.
from (
  select o.placed_ms as at_ms, o.day, o.hour_ms, o.hour, :use(place_of_order), l.version_id, :use(measures_of_sold_line)
  from orders o join order_line l on l.order_id = o.id
  where o.placed_ms >= :from_ms and o.placed_ms < :to_ms
  union all
  select r.returned_ms as at_ms, r.day, r.hour_ms, r.hour, :use(place_of_return), l.version_id, :use(measures_of_returned_line)
  from returns r join return_line l on l.return_id = r.id
  where r.returned_ms >= :from_ms and r.returned_ms < :to_ms
) s join product_version v on v.id = s.version_id where true;

-- name: from_sold_lines
-- Lines sold between two instants, with the order that each belongs to.
from (
  select o.day, o.hour_ms, o.hour, :use(place_of_order), l.version_id, o.id as order_id
  from orders o join order_line l on l.order_id = o.id
  where o.placed_ms >= :from_ms and o.placed_ms < :to_ms
) s join product_version v on v.id = s.version_id where true;

-- name: from_totals
-- Orders and returns between two instants by their totals, without their lines.
from (
  select o.placed_ms as at_ms, o.day, o.hour, :use(place_of_order), o.total_minor as gross_minor, 0 as returns_minor
  from orders o
  where o.placed_ms >= :from_ms and o.placed_ms < :to_ms
  union all
  select r.returned_ms as at_ms, r.day, r.hour, :use(place_of_return), 0 as gross_minor, r.total_minor as returns_minor
  from returns r
  where r.returned_ms >= :from_ms and r.returned_ms < :to_ms
) s where true;

-- name: from_returned_of_sales
-- Lines returned of the orders placed between two instants, told by the day of their sale.
from (
  select o.day, o.hour, :use(place_of_return), l.version_id, l.amount_minor as returns_minor
  from returns r join return_line l on l.return_id = r.id join orders o on o.id = r.order_id
  where r.returned_ms >= :from_ms and o.placed_ms >= :from_ms and o.placed_ms < :to_ms
) s join product_version v on v.id = s.version_id where true;

-- name: from_returned_unsold
-- Lines returned between two instants whose sale is not known.
from (
  select r.day, r.hour, :use(place_of_return), l.version_id, l.amount_minor as returns_minor
  from returns r join return_line l on l.return_id = r.id
  where r.order_id is null and r.returned_ms >= :from_ms and r.returned_ms < :to_ms
) s join product_version v on v.id = s.version_id where true;

-- name: from_minute_seconds
-- The whole seconds of two minutes, without the one that both share.
from sales_second s
where s.second >= :first_second and s.second < :last_second and s.second <> :middle_second;

-- name: from_minute_edges
-- The orders of the three seconds that the two minutes cut.
from (
  select o.placed_ms, :use(place_of_order), 1 as orders, o.total_minor as gross_minor
  from orders o where o.placed_ms >= :first_ms and o.placed_ms < :first_end_ms
  union all
  select o.placed_ms, :use(place_of_order), 1 as orders, o.total_minor as gross_minor
  from orders o where o.placed_ms >= :middle_begin_ms and o.placed_ms < :middle_end_ms
  union all
  select o.placed_ms, :use(place_of_order), 1 as orders, o.total_minor as gross_minor
  from orders o where o.placed_ms >= :last_begin_ms and o.placed_ms < :last_ms
) s where true;

-- name: key_later_second
-- 1 for the seconds of the later minute.
case when s.second > :middle_second then 1 else 0 end;

-- name: key_later_moment
-- 1 for the orders of the later minute.
case when s.placed_ms > :middle_ms then 1 else 0 end;

-- name: key_step
-- The number of the step of equal length in which it happened.
(s.at_ms - :from_ms) / :step_ms;

-- name: key_day
-- The business day.
s.day;

-- name: key_week
-- The Monday of the week.
s.day - (s.day + 3) % 7;

-- name: key_month
-- The month.
s.month;

-- name: key_hour_ms
-- The instant at which the hour began.
s.hour_ms;

-- name: key_channel
-- The channel.
s.channel_id;

-- name: key_location
-- The location, 0 for none.
s.location_id;

-- name: key_region
-- The region, '' for none.
s.region;

-- name: key_weekday
-- 1 for Monday to 7.
(s.day + 3) % 7 + 1;

-- name: key_hour
-- The hour by the clock.
s.hour;

-- name: key_product
-- The product.
v.product_id;

-- name: key_category
-- The line's own category, 0 for none.
coalesce(v.category_id, 0);

-- name: key_brand
-- The brand, 0 for none.
coalesce(v.brand_id, 0);

-- name: key_vendor
-- The vendor, 0 for none.
coalesce(v.vendor_id, 0);

-- name: key_price_tier
-- The price tier, 0 for none.
coalesce(v.price_tier_id, 0);

-- name: key_value
-- The value of the dimension asked for.
s.value_id;

-- name: where_channel
-- In one of the channels.
s.channel_id in :channel;

-- name: where_location
-- At one of the locations.
s.location_id in :location;

-- name: where_region
-- In one of the regions, or inside one that is a country; behind a "=" that very region.
(s.region in :region or '=' || s.region in :region
  or (substr(s.region, 3, 1) = '-' and substr(s.region, 1, 2) in :region));

-- name: where_weekday
-- On one of the weekdays.
(s.day + 3) % 7 + 1 in :weekday;

-- name: where_hour
-- In one of the hours.
s.hour in :hour;

-- name: where_product
-- Of one of the products.
v.product_id in :product;

-- name: where_category
-- Of one of the categories, which come with all below them.
coalesce(v.category_id, 0) in :category;

-- name: where_brand
-- Of one of the brands.
coalesce(v.brand_id, 0) in :brand;

-- name: where_vendor
-- Of one of the vendors.
coalesce(v.vendor_id, 0) in :vendor;

-- name: where_price_tier
-- Of one of the price tiers.
coalesce(v.price_tier_id, 0) in :price_tier;

-- name: where_value
-- Of one of the values of the dimension asked for.
s.value_id in :value;
