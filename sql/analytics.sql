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
