-- name: find_last_placed
-- When the last sale up to a moment was made.
select max(placed_ms) from orders where placed_ms <= :now_ms;

-- name: count_products
-- How many products the shop has.
select count(*) from product;

-- name: find_levels
-- What lies where, by the SKU of the product and the code of the location.
select p.sku, l.code, s.quantity
from stock_level s
join product p on p.id = s.product_id
join location l on l.id = s.location_id
order by s.product_id, s.location_id;

-- name: find_last_number
-- The highest pseudonym of the sample shop's customers.
select max(code) from customer where code like :pattern;

-- name: find_regulars
-- Customers of the sample shop who bought since a day: visits, the last one's day and place, the brand of the first line.
select c.code, v.visits, v.last_day, ch.code as channel, l.code as location, b.name as brand
from (
  select o.customer_id, count(*) as visits, max(o.day) as last_day, max(o.id) as last_id, min(o.id) as first_id
  from orders o
  where o.customer_id is not null
  group by o.customer_id
  having max(o.day) >= :since_day
) v
join customer c on c.id = v.customer_id
join orders o on o.id = v.last_id
join channel ch on ch.id = o.channel_id
left join location l on l.id = o.location_id
join order_line x on x.id = (select min(y.id) from order_line y where y.order_id = v.first_id)
join product_version pv on pv.id = x.version_id
left join brand b on b.id = pv.brand_id
where c.code like :pattern
order by c.id;

-- name: find_unreturned
-- Lines sold between two moments of which nothing has come back, with the order that they stand in.
select x.id, x.order_id, x.quantity, x.price_minor, x.discount_minor, x.lot, p.sku,
  o.placed_ms, o.day, o.hour_ms, o.hour, o.region, o.payment, ch.code as channel, l.code as location, c.code as customer
from orders o
join order_line x on x.order_id = o.id
join product p on p.id = x.product_id
join channel ch on ch.id = o.channel_id
left join location l on l.id = o.location_id
left join customer c on c.id = o.customer_id
where o.placed_ms > :from_ms and o.placed_ms <= :to_ms
  and not exists (select 1 from return_line r where r.order_line_id = x.id)
order by x.id;
