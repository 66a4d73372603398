-- name: find_levels
-- How much of some products lies where.
select product_id, location_id, quantity
from stock_level
where product_id in :product_ids
order by product_id, location_id;

-- name: find_levels_of
-- How much of one product lies where, by location.
select o.id, o.code, o.name, l.quantity
from stock_level l join location o on o.id = l.location_id
where l.product_id = :product_id
order by o.id;

-- name: set_levels
-- Set how much lies where, once for each product and place of a group.
insert into stock_level (product_id, location_id, quantity) values :rows(product_id, location_id, quantity)
on conflict (product_id, location_id) do update set quantity = excluded.quantity;

-- name: insert_moves
-- Add to the ledger of stock.
insert into stock_move
  (id, product_id, location_id, change, quantity_after, reason, order_id, return_id, lot, note, at_ms, entered_ms, seq)
values :rows(id, product_id, location_id, change, quantity_after, reason, order_id, return_id, lot, note, at_ms, entered_ms, seq);

-- name: find_moves
-- The moves of one product, newest first, before a given one: the index by product goes by buckets of moves, of which so many
-- of the newest are walked as hold enough of them (migration 0013).
with recursive walk (n, found) as (
  select coalesce(max(id), 0) / 2048 + 1, cast(0 as bigint) from stock_move where id < :before
  union all
  select n - 1, found + (
    select count(*) from stock_move x where x.id / 2048 = n - 1 and x.product_id = :product_id and x.id < :before)
  from walk
  where n > 0 and found < :limit
)
select m.id, m.seq, m.product_id, o.code as location, m.change, m.quantity_after, m.reason, m.order_id, m.return_id,
  m.lot, m.note, m.at_ms, m.entered_ms
from walk k cross join stock_move m cross join location o
where m.id / 2048 = k.n and m.product_id = :product_id and m.id < :before and o.id = m.location_id
order by m.id desc
limit :limit;

-- name: find_differences
-- Where a level is not the sum of its moves.
select product_id, location_id, sum(level) as level, sum(moved) as moved
from (
  select product_id, location_id, quantity as level, 0 as moved from stock_level
  union all
  select product_id, location_id, 0 as level, change as moved from stock_move
) as both_sides
group by product_id, location_id
having sum(level) <> sum(moved)
order by product_id, location_id
limit :limit;
