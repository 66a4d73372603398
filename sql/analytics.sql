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

-- name: find_late_orders
-- The days of a span with orders entered after the day's close, the latest day first: how many, what they came to, which
-- ones at both ends. closes: a JSON array of [day, the instant at which it closed].
select o.day, count(*) as entries, sum(o.total_minor) as minor, max(o.entered_ms) as last_ms,
  min(o.id) as first_id, max(o.id) as last_id
from (
  select json_extract(value, '$[0]') as day, json_extract(value, '$[1]') as closed_ms from json_each(:closes)
) c
join orders o on o.day = c.day and o.entered_ms >= c.closed_ms and o.entered_ms > o.placed_ms
where o.placed_ms >= :from_ms and o.placed_ms < :to_ms
group by o.day
order by o.day desc
limit :limit;

-- name: find_late_returns
-- The same of returns.
select r.day, count(*) as entries, sum(r.total_minor) as minor, max(r.entered_ms) as last_ms,
  min(r.id) as first_id, max(r.id) as last_id
from (
  select json_extract(value, '$[0]') as day, json_extract(value, '$[1]') as closed_ms from json_each(:closes)
) c
join returns r on r.day = c.day and r.entered_ms >= c.closed_ms and r.entered_ms > r.returned_ms
where r.returned_ms >= :from_ms and r.returned_ms < :to_ms
group by r.day
order by r.day desc
limit :limit;

-- name: find_last_day
-- The last business day of which the rollups know.
select max(day) from sales_day;
