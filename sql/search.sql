-- name: find_products
-- Products whose name or SKU holds the words, or that have this number; those called or numbered so first, archived ones
-- last.
select id, sku, name, archived from product
where id = :number or gtin = :text or lower(sku) like :pattern escape '\' or lower(name) like :pattern escape '\'
order by archived, case when sku = :text or gtin = :text or id = :number then 0
  when lower(name) like substr(:pattern, 2) escape '\' then 1 else 2 end, name, id
limit :limit;

-- name: find_order
-- The order of this number.
select id, placed_ms, total_minor, external_id from orders where id = :number;

-- name: find_orders
-- Orders whose number in another system begins so.
select id, placed_ms, total_minor, external_id from orders
where external_id >= :text and external_id < :end
order by external_id, channel_id
limit :limit;

-- name: find_customer
-- The customer of this number, with the newest order.
select c.id, c.code, (select max(o.id) from orders o where o.customer_id = c.id) as newest_id
from customer c
where c.id = :number;

-- name: find_customers
-- Customers whose pseudonymous code begins so, each with the newest order.
select c.id, c.code, (select max(o.id) from orders o where o.customer_id = c.id) as newest_id
from customer c
where c.code >= :text and c.code < :end
order by c.code
limit :limit;

-- name: find_imports
-- Imports of this number, or whose file's name holds the words, newest first.
select id, file_name, created_ms from import
where id = :number or lower(file_name) like :pattern escape '\'
order by id desc
limit :limit;

-- name: find_regions
-- The regions of places, and those to which something was sold or came back since a day.
select region from location where region is not null
union
select region from sales_day where day >= :from_day and region <> ''
order by region;
