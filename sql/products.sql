-- name: find_for_sale_by_id
-- What a sale has to know of products, by id.
select id, sku, name, price_minor, cost_minor, version_id, tracked, oversell, archived,
  category_id, brand_id, vendor_id, price_tier_id
from product
where id in :ids
order by id;

-- name: find_for_sale_by_sku
-- What a sale has to know of products, by SKU.
select id, sku, name, price_minor, cost_minor, version_id, tracked, oversell, archived,
  category_id, brand_id, vendor_id, price_tier_id
from product
where sku in :skus
order by id;

-- name: find_prices_of
-- The history of prices of some products, oldest first.
select product_id, price_minor, from_ms, to_ms
from price
where product_id in :product_ids
order by product_id, from_ms, id;
