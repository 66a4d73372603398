-- name: find_feed
-- The orders that happened last, for the feed; an empty list of channels or locations means any.
select o.id, o.placed_ms, o.total_minor, c.name as channel, c.kind, l.name as location
from orders o
join channel c on c.id = o.channel_id
left join location l on l.id = o.location_id
where o.placed_ms <= :now_ms
  and (:any_channel or o.channel_id in :channels)
  and (:any_location or coalesce(o.location_id, 0) in :locations)
order by o.placed_ms desc, o.id desc
limit :limit;

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
