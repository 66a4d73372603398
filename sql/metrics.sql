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

-- name: add_product_day
-- Sales and returns of each product version by day and place.
insert into product_day (
  day, version_id, channel_id, location_id, region,
  orders, gross_minor, returns_minor, units, units_returned, costed_minor, cost_minor
) values :rows(day, version_id, channel_id, location_id, region, orders, gross, returns, units, returned, costed, cost)
on conflict (day, version_id, channel_id, location_id, region) do update set
  orders = product_day.orders + excluded.orders,
  gross_minor = product_day.gross_minor + excluded.gross_minor,
  returns_minor = product_day.returns_minor + excluded.returns_minor,
  units = product_day.units + excluded.units,
  units_returned = product_day.units_returned + excluded.units_returned,
  costed_minor = product_day.costed_minor + excluded.costed_minor,
  cost_minor = product_day.cost_minor + excluded.cost_minor;

-- name: add_product_month
-- Sales and returns of each product version by month and place.
insert into product_month (
  month, version_id, channel_id, location_id, region,
  orders, gross_minor, returns_minor, units, units_returned, costed_minor, cost_minor
) values :rows(month, version_id, channel_id, location_id, region, orders, gross, returns, units, returned, costed, cost)
on conflict (month, version_id, channel_id, location_id, region) do update set
  orders = product_month.orders + excluded.orders,
  gross_minor = product_month.gross_minor + excluded.gross_minor,
  returns_minor = product_month.returns_minor + excluded.returns_minor,
  units = product_month.units + excluded.units,
  units_returned = product_month.units_returned + excluded.units_returned,
  costed_minor = product_month.costed_minor + excluded.costed_minor,
  cost_minor = product_month.cost_minor + excluded.cost_minor;

-- name: add_order_day
-- Orders by day, place and one value of one product dimension.
insert into order_day (day, dimension, value_id, channel_id, location_id, region, orders)
values :rows(day, dimension, value_id, channel_id, location_id, region, orders)
on conflict (day, dimension, value_id, channel_id, location_id, region) do update set
  orders = order_day.orders + excluded.orders;

-- name: prune_seconds
-- Seconds that no window looks at any more.
delete from sales_second where second < :second;

-- ---- Making anew: each rollup as a function of the ledger ----

-- fragment: sum_measures
sum(s.orders) as orders, sum(s.gross_minor) as gross_minor, sum(s.returns_minor) as returns_minor,
  sum(s.units) as units, sum(s.units_returned) as units_returned,
  sum(s.costed_minor) as costed_minor, sum(s.cost_minor) as cost_minor

-- fragment: place_of_order
o.channel_id, coalesce(o.location_id, 0) as location_id, coalesce(o.region, '') as region

-- fragment: place_of_return
r.channel_id, coalesce(r.location_id, 0) as location_id, coalesce(r.region, '') as region

-- fragment: measures_of_order
1 as orders, 0 as gross_minor, 0 as returns_minor, 0 as units, 0 as units_returned, 0 as costed_minor, 0 as cost_minor

-- fragment: measures_of_sold_line
0 as orders, l.total_minor as gross_minor, 0 as returns_minor, l.quantity as units, 0 as units_returned,
  case when l.cost_minor is null then 0 else l.total_minor end as costed_minor,
  coalesce(l.cost_minor * l.quantity, 0) as cost_minor

-- fragment: measures_of_returned_line
0 as orders, 0 as gross_minor, l.amount_minor as returns_minor, 0 as units, l.quantity as units_returned,
  case when l.cost_minor is null then 0 else -l.amount_minor end as costed_minor,
  -coalesce(l.cost_minor * l.quantity, 0) as cost_minor

-- fragment: recount_sales_second
select o.placed_ms / 1000 as second, :use(place_of_order), count(*) as orders, sum(o.total_minor) as gross_minor
from orders o
where o.placed_ms >= :from_ms
group by o.placed_ms / 1000, o.channel_id, coalesce(o.location_id, 0), coalesce(o.region, '')

-- fragment: recount_sales_hour
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

-- An order counts once for a product, at the first of the versions in which it holds it.
-- fragment: recount_product_day
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
select cast(:month as integer) as month, s.version_id, s.channel_id, s.location_id, s.region, :use(sum_measures)
from product_day s
where s.day >= :from_day and s.day < :to_day
group by s.version_id, s.channel_id, s.location_id, s.region

-- fragment: recount_order_day
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

-- name: find_product_days
-- The first and the last day of the products' rollup.
select min(day), max(day) from product_day;

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
-- Where the seconds that every window looks at differ from the orders.
select 'kept' as side, k.* from (
  select * from sales_second where second >= :from_ms / 1000 except select * from (:use(recount_sales_second))
) k
union all
select 'ledger', l.* from (
  select * from (:use(recount_sales_second)) except select * from sales_second
) l
limit 100;

-- name: differ_sales_hour
-- Where the hours differ from the ledger.
select 'kept' as side, k.* from (select * from sales_hour except select * from (:use(recount_sales_hour))) k
union all
select 'ledger', l.* from (select * from (:use(recount_sales_hour)) except select * from sales_hour) l
limit 100;

-- name: differ_sales_day
-- Where the days differ from the ledger.
select 'kept' as side, k.* from (select * from sales_day except select * from (:use(recount_sales_day))) k
union all
select 'ledger', l.* from (select * from (:use(recount_sales_day)) except select * from sales_day) l
limit 100;

-- name: differ_product_day
-- Where the products' days differ from the ledger.
select 'kept' as side, k.* from (select * from product_day except select * from (:use(recount_product_day))) k
union all
select 'ledger', l.* from (select * from (:use(recount_product_day)) except select * from product_day) l
limit 100;

-- name: differ_product_month
-- Where one month of the products differs from their days.
select 'kept' as side, k.* from (
  select * from product_month where month = :month except select * from (:use(recount_product_month))
) k
union all
select 'ledger', l.* from (
  select * from (:use(recount_product_month)) except select * from product_month where month = :month
) l
limit 100;

-- name: differ_product_month_outside
-- Months that lie outside the days of the products.
select 'kept' as side, * from product_month where month < :first or month > :last limit 100;

-- name: differ_order_day
-- Where the distinct orders differ from the ledger.
select 'kept' as side, k.* from (select * from order_day except select * from (:use(recount_order_day))) k
union all
select 'ledger', l.* from (select * from (:use(recount_order_day)) except select * from order_day) l
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

-- name: from_sales_day
-- All sales by day.
from sales_day s where s.day >= :from_day and s.day < :to_day;

-- name: from_sales_hour
-- All sales by hour.
from sales_hour s where s.hour_ms >= :from_ms and s.hour_ms < :to_ms;

-- name: from_product_day
-- Sales of products by day.
from product_day s join product_version v on v.id = s.version_id where s.day >= :from_day and s.day < :to_day;

-- name: from_product_month
-- Sales of products by month.
from product_month s join product_version v on v.id = s.version_id where s.month >= :from_month and s.month < :to_month;

-- name: from_order_day
-- Distinct orders by day and one value of one product dimension.
from order_day s where s.day >= :from_day and s.day < :to_day and s.dimension = :dimension;

-- name: from_moments
-- Sales and returns between two instants, with the orders themselves.
from (
  select o.day, o.hour_ms, o.hour, :use(place_of_order), :use(measures_of_order)
  from orders o
  where o.placed_ms >= :from_ms and o.placed_ms < :to_ms
  union all
  select o.day, o.hour_ms, o.hour, :use(place_of_order), :use(measures_of_sold_line)
  from orders o join order_line l on l.order_id = o.id
  where o.placed_ms >= :from_ms and o.placed_ms < :to_ms
  union all
  select r.day, r.hour_ms, r.hour, :use(place_of_return), :use(measures_of_returned_line)
  from returns r join return_line l on l.return_id = r.id
  where r.returned_ms >= :from_ms and r.returned_ms < :to_ms
) s where true;

-- name: from_lines
-- Lines sold and returned between two instants.
from (
  select o.day, o.hour_ms, o.hour, :use(place_of_order), l.version_id, :use(measures_of_sold_line)
  from orders o join order_line l on l.order_id = o.id
  where o.placed_ms >= :from_ms and o.placed_ms < :to_ms
  union all
  select r.day, r.hour_ms, r.hour, :use(place_of_return), l.version_id, :use(measures_of_returned_line)
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

-- name: key_day
s.day;

-- name: key_week
s.day - (s.day + 3) % 7;

-- name: key_month
s.month;

-- name: key_hour_ms
s.hour_ms;

-- name: key_channel
s.channel_id;

-- name: key_location
s.location_id;

-- name: key_region
s.region;

-- name: key_weekday
(s.day + 3) % 7 + 1;

-- name: key_hour
s.hour;

-- name: key_product
v.product_id;

-- name: key_category
coalesce(v.category_id, 0);

-- name: key_brand
coalesce(v.brand_id, 0);

-- name: key_vendor
coalesce(v.vendor_id, 0);

-- name: key_price_tier
coalesce(v.price_tier_id, 0);

-- name: key_value
s.value_id;

-- name: where_channel
s.channel_id in :channel;

-- name: where_location
s.location_id in :location;

-- name: where_region
(s.region in :region or (substr(s.region, 3, 1) = '-' and substr(s.region, 1, 2) in :region));

-- name: where_weekday
(s.day + 3) % 7 + 1 in :weekday;

-- name: where_hour
s.hour in :hour;

-- name: where_product
v.product_id in :product;

-- name: where_category
coalesce(v.category_id, 0) in :category;

-- name: where_brand
coalesce(v.brand_id, 0) in :brand;

-- name: where_vendor
coalesce(v.vendor_id, 0) in :vendor;

-- name: where_price_tier
coalesce(v.price_tier_id, 0) in :price_tier;

-- name: where_value
s.value_id in :value;

-- ---- The last minute ----

-- name: find_whole_seconds
-- Sales of whole seconds: this window's and the one's before, told apart at :middle.
select coalesce(sum(case when s.second >= :middle then s.orders end), 0),
  coalesce(sum(case when s.second >= :middle then s.gross_minor end), 0),
  coalesce(sum(case when s.second < :middle then s.orders end), 0),
  coalesce(sum(case when s.second < :middle then s.gross_minor end), 0)
from sales_second s
where s.second >= :from_second and s.second < :to_second and s.second <> :middle;
