-- name: find_for_sale
-- Which of these products can be sold.
select id from product where archived = 0 and id in :ids order by id;

-- name: find_first
-- The first products by name, for a shop that has sold nothing yet.
select id from product where archived = 0 order by name, id limit :limit;

-- name: find_in_category
-- The products of a category and what is below it, by name.
select p.id
from product p
join category c on c.id = p.category_id
where p.archived = 0 and (c.path = :path or substr(c.path, 1, length(:path) + 1) = :path || '/')
order by p.name, p.id
limit :limit;

-- name: find_by_words
-- The products whose name or SKU holds a text, those that begin with it first.
select p.id
from product p
where p.archived = 0 and (p.name like :anywhere escape '\' or p.sku like :anywhere escape '\')
order by p.name like :begins escape '\' desc, p.name, p.id
limit :limit;

-- name: find_by_codes
-- The product of a scanned or typed code: a GTIN in one of its spellings, or the SKU.
select p.id from product p where p.archived = 0 and (p.sku = :code or p.gtin in :codes) order by p.sku = :code desc, p.id limit 1;

-- name: find_goods
-- These products as a tile shows them, with what lies at a location.
select p.id, p.sku, p.gtin, p.name, p.price_minor, p.tracked, p.oversell, p.archived, s.quantity, c.path as category
from product p
left join stock_level s on s.product_id = p.id and s.location_id = :location_id
left join category c on c.id = p.category_id
where p.id in :ids
order by p.id;

-- name: find_price_list
-- Everything that can be sold, with what lies at a location.
select p.id, p.sku, p.gtin, p.name, p.price_minor, p.tracked, p.oversell, p.archived, s.quantity, c.path as category
from product p
left join stock_level s on s.product_id = p.id and s.location_id = :location_id
left join category c on c.id = p.category_id
where p.archived = 0
order by p.id
limit :limit;

-- name: find_categories
-- The categories at the top with how many products are in and below each.
select c.name, c.path, count(p.id) as products
from category c
join category k on k.path = c.path or substr(k.path, 1, length(c.path) + 1) = c.path || '/'
join product p on p.category_id = k.id and p.archived = 0
where c.parent_id is null
group by c.id
order by c.id
limit :limit;
