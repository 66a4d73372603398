-- fragment: for_sale
-- The columns that a sale has to know; a planned price that is due holds although nobody has set it yet.
id, sku, name, coalesce((
    select case when :now_ms >= g.to_ms then coalesce(g.before_minor, product.price_minor) else g.price_minor end
    from price_plan g
    where g.product_id = product.id and g.state in ('planned', 'running') and g.from_ms <= :now_ms
    order by g.from_ms desc, g.id desc
    limit 1
  ), price_minor) as price_minor,
  cost_minor, version_id, tracked, oversell, archived, category_id, brand_id, vendor_id, price_tier_id

-- name: find_for_sale_by_id
-- What a sale has to know of products, by id.
select :use(for_sale) from product where id in :ids order by id;

-- name: find_for_sale_by_sku
-- What a sale has to know of products, by SKU.
select :use(for_sale) from product where sku in :skus order by id;

-- name: find_prices_of
-- The history of prices of some products, oldest first, with the planned ones that are not set yet.
select product_id, price_minor, from_ms, to_ms, id
from price
where product_id in :product_ids
union all
select product_id, price_minor, from_ms, to_ms, 4611686018427387904 + id
from price_plan
where product_id in :product_ids and state = 'planned'
union all
select g.product_id, coalesce(g.before_minor, p.price_minor), g.to_ms, null, 4611686018427387904 + g.id
from price_plan g join product p on p.id = g.product_id
where g.product_id in :product_ids and g.state in ('planned', 'running')
order by 1, 3, 5;

-- name: find_ids
-- Which SKUs are taken, and by whom.
select sku, id from product where sku in :skus order by id;

-- fragment: shown
-- Products as answers show them; what is not counted has no stock.
select p.id, p.sku, p.name, p.price_minor, c.path as category, b.name as brand, v.name as vendor, p.cost_minor, p.gtin,
  t.name as price_tier, p.tracked,
  case when p.tracked = 1
    then (select coalesce(sum(l.quantity), 0) from stock_level l where l.product_id = p.id) end as stock,
  p.reorder_point, p.oversell, p.archived, p.seq, p.created_ms, p.changed_ms,
  p.category_id, p.brand_id, p.vendor_id, p.price_tier_id, p.version_id
from product p
  left join category c on c.id = p.category_id
  left join brand b on b.id = p.brand_id
  left join vendor v on v.id = p.vendor_id
  left join price_tier t on t.id = p.price_tier_id

-- name: find_shown
-- Products as answers show them, by id.
:use(shown)
where p.id in :ids
order by p.id;

-- name: find_shown_by_sku
-- A product as answers show it, by SKU.
:use(shown)
where p.sku = :sku;

-- fragment: matching
-- The products of a list; 0 stands for those without a category, brand, vendor or tier.
where (:archived = -1 or p.archived = :archived)
  and (:any_category = 1 or coalesce(p.category_id, 0) in :category)
  and (:any_brand = 1 or coalesce(p.brand_id, 0) in :brand)
  and (:any_vendor = 1 or coalesce(p.vendor_id, 0) in :vendor)
  and (:any_price_tier = 1 or coalesce(p.price_tier_id, 0) in :price_tier)
  and (:any_product = 1 or p.id in :product)
  and (:pattern is null or p.id = :number or p.gtin = :q
    or lower(p.name) like :pattern escape '\' or lower(p.sku) like :pattern escape '\')
  and (:stock = '' or (p.tracked = 1
    and (select coalesce(sum(l.quantity), 0) from stock_level l where l.product_id = p.id)
      <= case when :stock = 'low' then coalesce(p.reorder_point, 0) else 0 end))

-- name: count_matching
-- How many products a list holds.
select count(*) from product p
:use(matching);

-- name: find_by_id
-- A list of products, the oldest first.
:use(shown)
:use(matching)
  and (:first = 1 or p.id > :after_id)
order by p.id
limit :limit;

-- name: find_by_id_down
-- A list of products, the newest first.
:use(shown)
:use(matching)
  and (:first = 1 or p.id < :after_id)
order by p.id desc
limit :limit;

-- name: find_by_sku
-- A list of products by SKU.
:use(shown)
:use(matching)
  and (:first = 1 or p.sku > :after)
order by p.sku
limit :limit;

-- name: find_by_sku_down
-- A list of products by SKU, backwards.
:use(shown)
:use(matching)
  and (:first = 1 or p.sku < :after)
order by p.sku desc
limit :limit;

-- name: find_by_name
-- A list of products by name.
:use(shown)
:use(matching)
  and (:first = 1 or p.name > :after or (p.name = :after and p.id > :after_id))
order by p.name, p.id
limit :limit;

-- name: find_by_name_down
-- A list of products by name, backwards.
:use(shown)
:use(matching)
  and (:first = 1 or p.name < :after or (p.name = :after and p.id < :after_id))
order by p.name desc, p.id desc
limit :limit;

-- name: find_by_price
-- A list of products, the cheapest first.
:use(shown)
:use(matching)
  and (:first = 1 or p.price_minor > :after or (p.price_minor = :after and p.id > :after_id))
order by p.price_minor, p.id
limit :limit;

-- name: find_by_price_down
-- A list of products, the dearest first.
:use(shown)
:use(matching)
  and (:first = 1 or p.price_minor < :after or (p.price_minor = :after and p.id < :after_id))
order by p.price_minor desc, p.id desc
limit :limit;

-- name: find_tags
-- The tags of some products.
select product_id, tag from product_tag where product_id in :product_ids order by product_id, tag;

-- name: insert_products
-- Add products.
insert into product
  (id, sku, gtin, name, price_minor, cost_minor, category_id, brand_id, vendor_id, price_tier_id, version_id, tracked,
   oversell, reorder_point, archived, seq, created_ms, changed_ms)
values :rows(id, sku, gtin, name, price_minor, cost_minor, category_id, brand_id, vendor_id, price_tier_id, version_id,
  tracked, oversell, reorder_point, archived, seq, created_ms, changed_ms);

-- name: insert_versions
-- Add versions of products.
insert into product_version
  (id, product_id, name, category_id, brand_id, vendor_id, price_tier_id, created_ms)
values :rows(id, product_id, name, category_id, brand_id, vendor_id, price_tier_id, created_ms);

-- name: insert_prices
-- Add prices with their validity.
insert into price (id, product_id, price_minor, from_ms, to_ms, reason)
values :rows(id, product_id, price_minor, from_ms, to_ms, reason);

-- name: end_price
-- The open price of a product ends.
update price set to_ms = :now_ms where product_id = :product_id and to_ms is null;

-- fragment: plan
-- Planned prices as they are kept.
select id, product_id, price_minor, from_ms, to_ms, reason, state, before_minor, price_id from price_plan

-- name: insert_plan
-- Plan a price that begins and ends by itself.
insert into price_plan (id, product_id, price_minor, from_ms, to_ms, reason, state, seq)
values (:id, :product_id, :price_minor, :from_ms, :to_ms, :reason, 'planned', :seq);

-- name: find_plan
-- A planned price by id.
:use(plan) where id = :id;

-- name: find_open_plans
-- The planned prices of some products that have not come to their end, in order of their begin.
:use(plan)
where product_id in :product_ids and state in ('planned', 'running')
order by from_ms, id;

-- name: find_due_plans
-- The planned prices that have to begin or to end by now, those that end first.
:use(plan)
where (state = 'running' and to_ms <= :now_ms) or (state = 'planned' and from_ms <= :now_ms)
order by case state when 'running' then to_ms else from_ms end, case state when 'running' then 0 else 1 end, id
limit :limit;

-- name: find_plan_differences
-- Planned prices of which one runs and is not its product's price, or two of one product hold at the same time.
select 'price plan ' || g.id || ': runs at ' || g.price_minor || ', product ' || p.id || ' is at ' || p.price_minor
from price_plan g join product p on p.id = g.product_id
where g.state = 'running' and g.price_minor <> p.price_minor
union all
select 'price plans ' || g.id || ' and ' || h.id || ' of product ' || g.product_id || ' overlap'
from price_plan g join price_plan h on h.product_id = g.product_id and h.id > g.id
where g.state in ('planned', 'running') and h.state in ('planned', 'running') and h.from_ms < g.to_ms
  and g.from_ms < h.to_ms
order by 1
limit :limit;

-- name: begin_plan
-- A planned price runs: the price before it and the row of its validity are kept.
update price_plan set state = 'running', before_minor = :before_minor, price_id = :price_id where id = :id;

-- name: close_plan
-- A planned price has ended, was taken back or was overridden by a person.
update price_plan set state = :state, to_ms = case when :now_ms > from_ms and :now_ms < to_ms then :now_ms else to_ms end
where id = :id and state in ('planned', 'running');

-- name: override_plans
-- A person has set another price: what runs does not come back to the one before.
update price_plan set state = 'overridden' where product_id = :product_id and state = 'running';

-- name: find_open_price
-- The price of a product that holds now.
select id, price_minor, from_ms from price where product_id = :product_id and to_ms is null order by id desc limit 1;

-- name: find_lowest_price
-- The lowest list price of a product that held at some time since an instant.
select min(price_minor) from price where product_id = :product_id and (to_ms is null or to_ms > :since_ms);

-- name: insert_tags
-- Tag products.
insert into product_tag (product_id, tag) values :rows(product_id, tag);

-- name: delete_tags
-- Take all tags from a product.
delete from product_tag where product_id = :product_id;

-- name: update_product
-- Write a product as it is from now on.
update product
set gtin = :gtin, name = :name, price_minor = :price_minor, cost_minor = :cost_minor, category_id = :category_id,
  brand_id = :brand_id, vendor_id = :vendor_id, price_tier_id = :price_tier_id, version_id = :version_id,
  oversell = :oversell, reorder_point = :reorder_point, archived = :archived, seq = :seq, changed_ms = :changed_ms
where id = :id;

-- name: track
-- From now on the stock of these products is counted.
update product set tracked = 1 where id in :ids and tracked = 0;

-- name: find_price_history
-- The prices of one product, newest first, before a given one.
select id, price_minor, from_ms, to_ms, reason
from price
where product_id = :product_id and id < :before
order by id desc
limit :limit;

-- name: find_categories
-- Categories by path.
select id, parent_id, name, path from category order by path;

-- name: find_category_ids
-- Categories of these paths.
select path as name, id from category where path in :names order by id;

-- name: insert_categories
-- Add categories; those above come first.
insert into category (id, parent_id, name, path) values :rows(id, parent_id, name, path);

-- name: find_brands
-- Every brand by name.
select id, name from brand order by name;

-- name: find_brand_ids
-- Brands of these names.
select name, id from brand where name in :names order by id;

-- name: insert_brands
-- Add brands.
insert into brand (id, name) values :rows(id, name);

-- name: find_vendors
-- Every vendor by name.
select id, name from vendor order by name;

-- name: find_vendor_ids
-- Vendors of these names.
select name, id from vendor where name in :names order by id;

-- name: insert_vendors
-- Add vendors.
insert into vendor (id, name) values :rows(id, name);

-- name: find_price_tiers
-- Every price tier by name.
select id, name from price_tier order by name;

-- name: find_price_tier_ids
-- Price tiers of these names.
select name, id from price_tier where name in :names order by id;

-- name: insert_price_tiers
-- Add price tiers.
insert into price_tier (id, name) values :rows(id, name);
