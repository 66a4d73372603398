-- name: find_shelf
-- How much of these products there is over all locations, and where the point of reordering lies.
select p.id, p.tracked, p.reorder_point, coalesce(sum(s.quantity), 0) as quantity
from product p
left join stock_level s on s.product_id = p.id
where p.id in :ids
group by p.id, p.tracked, p.reorder_point
order by p.id;

-- name: find_first_day
-- The first business day of which the rollups know.
select min(day) from sales_day;

-- name: find_views
-- Every saved view by its name.
select id, name, query, created_ms, seq from saved_view order by name, id;

-- name: insert_views
-- Save views.
insert into saved_view (id, name, query, created_ms, seq) values :rows(id, name, query, created_ms, seq);

-- name: delete_view
-- Forget a view.
delete from saved_view where id = :id;

-- fragment: late
-- What was entered late on a day: how many, what they came to, which ones at both ends.
x.day, count(*) as entries, sum(x.total_minor) as minor, max(x.entered_ms) as last_ms, min(x.id) as first_id, max(x.id) as last_id

-- fragment: late_orders
-- c: the closes of days.
join orders x on x.day = c.day and x.entered_ms >= c.closed_ms and x.entered_ms > x.placed_ms
where x.placed_ms >= :from_ms and x.placed_ms < :to_ms
group by x.day
order by x.day desc
limit :limit

-- fragment: late_returns
-- The same of returns.
join returns x on x.day = c.day and x.entered_ms >= c.closed_ms and x.entered_ms > x.returned_ms
where x.returned_ms >= :from_ms and x.returned_ms < :to_ms
group by x.day
order by x.day desc
limit :limit

-- fragment: closes
-- closes: a JSON array of [day, the instant at which it closed].
(select json_extract(value, '$[0]') as day, json_extract(value, '$[1]') as closed_ms from json_each(:closes)) c

-- fragment: closes.postgres
-- The pairs are read by PostgreSQL's own functions.
(select (pair ->> 0)::bigint as day, (pair ->> 1)::bigint as closed_ms from json_array_elements(:closes::json) as pair) c

-- name: find_late_orders
-- The days of a span with orders entered after the day's close, the latest day first.
select :use(late) from :use(closes) :use(late_orders);

-- name: find_late_returns
-- The same of returns.
select :use(late) from :use(closes) :use(late_returns);

-- name: find_last_day
-- The last business day of which the rollups know.
select max(day) from sales_day;

-- name: find_stock_course
-- How the newest moves of a product add up, by the quarter of an hour in which they happened and their reason; in every
-- time zone a day begins with one. The index by product bounds it to the newest `most` moves: it goes by buckets of moves, of
-- which so many of the newest are walked as hold enough (migration 0013).
with recursive walk (n, found) as (
  select coalesce(max(id), 0) / 2048 + 1, cast(0 as bigint) from stock_move
  union all
  select n - 1, found + (
    select count(*) from stock_move x
    where x.id / 2048 = n - 1 and x.product_id = :product_id and (:any_location = 1 or x.location_id in :locations))
  from walk
  where n > 0 and found < :most
)
select m.at_ms / 900000 as quarter, m.reason, sum(m.change) as change, count(*) as moves, min(m.entered_ms) as entered_ms
from (
  select x.at_ms, x.entered_ms, x.reason, x.change
  from walk k cross join stock_move x
  where x.id / 2048 = k.n and x.product_id = :product_id and (:any_location = 1 or x.location_id in :locations)
  order by x.id desc
  limit :most
) m
group by m.at_ms / 900000, m.reason
order by m.at_ms / 900000, m.reason;

-- name: find_stock_level
-- How much of a product there is at some places, or at all; null where nobody has counted it there.
select sum(quantity)
from stock_level
where product_id = :product_id and (:any_location = 1 or location_id in :locations);

-- name: find_return_reasons
-- Why pieces of a product came back in a span, of its newest `most` returned lines, those of most pieces first.
select coalesce(r.reason, '') as reason, sum(l.quantity) as units, sum(l.amount_minor) as minor
from (
  select return_id, quantity, amount_minor
  from return_line
  where product_id = :product_id
    and return_id >= (select min(id) from returns where returned_ms >= :from_ms and returned_ms < :to_ms)
  order by return_id desc
  limit :most
) l
join returns r on r.id = l.return_id
where r.returned_ms >= :from_ms and r.returned_ms < :to_ms
  and (:any_channel = 1 or r.channel_id in :channels)
  and (:any_location = 1 or coalesce(r.location_id, 0) in :locations)
group by coalesce(r.reason, '')
order by sum(l.quantity) desc, coalesce(r.reason, '')
limit :limit;

-- name: find_first_bucket
-- The bucket of lines in which the first order of a span was entered; null where it has none.
select min(id) / 2048 from order_line
where order_id = (select min(id) from orders where placed_ms >= :from_ms and placed_ms < :to_ms);

-- name: find_bucket_behind
-- The bucket of lines in which the first order behind another was entered; null where there is none.
select min(id) / 2048 from order_line
where order_id = (select min(id) from orders where id > :after_order);

-- fragment: held
-- The newest orders of a span that hold a product, found among its newest `walked` lines: the index of what was sold goes by
-- buckets of lines, of which so many of the newest are walked as hold enough of the product.
select distinct o.id, o.placed_ms
from (
  with recursive walk (n, found) as (
    select max(id) / 2048 + 1, cast(0 as bigint) from order_line
    union all
    select n - 1, found + (
      select count(*)
      from product_version v cross join order_line x on x.id / 2048 = n - 1 and x.version_id = v.id
      where v.product_id = :product_id and x.order_id > :after_order)
    from walk
    where n > :first_bucket and found < :walked
  )
  select x.order_id
  from walk k cross join product_version v cross join order_line x on x.id / 2048 = k.n and x.version_id = v.id
  where v.product_id = :product_id and x.order_id > :after_order
  order by x.order_id desc
  limit :walked
) l
join orders o on o.id = l.order_id
where o.placed_ms >= :from_ms and o.placed_ms < :to_ms
  and (:any_channel = 1 or o.channel_id in :channels)
  and (:any_location = 1 or coalesce(o.location_id, 0) in :locations)
order by o.id desc
limit :most

-- name: count_held
-- How many such orders there are, and when the first of them was placed.
select count(*) as orders, min(placed_ms) as first_ms from (:use(held)) h;

-- name: find_beside
-- What else these orders hold: products and in how many of them they stand, the most frequent first.
select b.product_id, count(distinct b.order_id) as orders
from (:use(held)) h
cross join order_line b
where b.order_id = h.id and b.product_id <> :product_id
group by b.product_id
order by count(distinct b.order_id) desc, b.product_id
limit :limit;
