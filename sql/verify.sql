-- name: find_outbox_ranges
-- The numbers of history that are still kept, in order.
select seq, last_seq from outbox order by seq;

-- name: find_numbers
-- For each numbered thing: how many there are, the newest number, and what the counter says.
select 'orders', count(*), coalesce(max(id), 0), coalesce((select value from counter where name = 'orders'), 0) from orders
union all
select 'order lines', count(*), coalesce(max(id), 0), coalesce((select value from counter where name = 'order_line'), 0) from order_line
union all
select 'returns', count(*), coalesce(max(id), 0), coalesce((select value from counter where name = 'returns'), 0) from returns
union all
select 'return lines', count(*), coalesce(max(id), 0), coalesce((select value from counter where name = 'return_line'), 0) from return_line
union all
select 'stock moves', count(*), coalesce(max(id), 0), coalesce((select value from counter where name = 'stock_move'), 0) from stock_move
union all
select 'products', count(*), coalesce(max(id), 0), coalesce((select value from counter where name = 'product'), 0) from product
order by 1;

-- name: find_order_differences
-- Orders whose total or number of lines is not that of their lines, or whose line is not quantity x price - discount.
select 'order ' || o.id || ': total ' || o.total_minor || ', lines ' || coalesce(sum(l.total_minor), 0)
from orders o left join order_line l on l.order_id = o.id
group by o.id
having o.total_minor <> coalesce(sum(l.total_minor), 0) or o.lines <> count(l.id)
  or sum(l.quantity * l.price_minor - l.discount_minor) <> o.total_minor
order by o.id
limit :limit;

-- name: find_return_differences
-- Returns whose total is not that of their lines.
select 'return ' || r.id || ': total ' || r.total_minor || ', lines ' || coalesce(sum(l.amount_minor), 0)
from returns r left join return_line l on l.return_id = r.id
group by r.id
having r.total_minor <> coalesce(sum(l.amount_minor), 0)
order by r.id
limit :limit;

-- name: find_excess_returns
-- Lines of which more came back than was sold, or more was given back than was paid.
select 'order line ' || l.id || ': ' || sum(r.quantity) || ' of ' || l.quantity || ' came back'
from return_line r join order_line l on l.id = r.order_line_id
group by l.id
having sum(r.quantity) > l.quantity or sum(r.amount_minor) > l.total_minor
order by l.id
limit :limit;

-- name: find_stock_differences
-- Levels that are not the sum of their moves.
select 'product ' || product_id || ' at location ' || location_id || ': level ' || sum(level) || ', moves ' || sum(moved)
from (
  select product_id, location_id, quantity as level, 0 as moved from stock_level
  union all
  select product_id, location_id, 0, change from stock_move
) as both_sides
group by product_id, location_id
having sum(level) <> sum(moved)
order by product_id, location_id
limit :limit;

-- name: find_below_zero
-- Tracked products that forbid overselling and lie below zero somewhere.
select 'product ' || s.product_id || ' at location ' || s.location_id || ': ' || s.quantity
from stock_level s join product p on p.id = s.product_id
where s.quantity < 0 and p.tracked = 1 and p.oversell = 0
order by s.product_id, s.location_id
limit :limit;

-- name: find_price_differences
-- Products whose open price is missing, double or not the one they show.
select 'product ' || p.id || ': ' || count(h.id) || ' open prices'
from product p left join price h on h.product_id = p.id and h.to_ms is null
group by p.id
having count(h.id) <> 1 or max(h.price_minor) <> p.price_minor
order by p.id
limit :limit;
