-- name: find_taken
-- The orders that hold one of these external ids, whatever their channel.
select id, channel_id, external_id from orders where external_id in :external_ids order by id;

-- name: insert_orders
-- Many orders at once.
insert into orders (
  id, seq, placed_ms, entered_ms, day, hour_ms, hour, channel_id, location_id,
  region, external_id, customer_id, payment, note, total_minor, lines
) values :rows(
  id, seq, placed_ms, entered_ms, day, hour_ms, hour, channel_id, location_id,
  region, external_id, customer_id, payment, note, total_minor, lines
);

-- name: insert_lines
-- The lines of many orders at once.
insert into order_line (
  id, order_id, product_id, version_id, quantity, price_minor, discount_minor, total_minor, cost_minor, lot
) values :rows(
  id, order_id, product_id, version_id, quantity, price_minor, discount_minor, total_minor, cost_minor, lot
);

-- name: insert_returns
-- Many returns at once.
insert into returns (
  id, seq, order_id, returned_ms, entered_ms, day, hour_ms, hour, channel_id, location_id,
  region, external_id, customer_id, reason, note, total_minor
) values :rows(
  id, seq, order_id, returned_ms, entered_ms, day, hour_ms, hour, channel_id, location_id,
  region, external_id, customer_id, reason, note, total_minor
);

-- name: insert_return_lines
-- The lines of many returns at once.
insert into return_line (
  id, return_id, order_line_id, product_id, version_id, quantity, price_minor, amount_minor, cost_minor, restock, lot
) values :rows(
  id, return_id, order_line_id, product_id, version_id, quantity, price_minor, amount_minor, cost_minor, restock, lot
);

-- name: find_taken_returns
-- The returns that hold one of these external ids, whatever their channel.
select id, channel_id, external_id from returns where external_id in :external_ids order by id;

-- name: find_orders
-- These orders with the codes that they are shown under.
select o.id, o.seq, o.placed_ms, o.entered_ms, o.day, o.hour_ms, o.hour, o.channel_id, o.location_id, o.region,
  o.external_id, o.customer_id, o.payment, o.note, o.total_minor, o.lines, c.code as channel, l.code as location
from orders o
join channel c on c.id = o.channel_id
left join location l on l.id = o.location_id
where o.id in :ids
order by o.id;

-- name: find_lines
-- The lines of these orders, with the name that each was sold under.
select l.id, l.order_id, l.product_id, l.version_id, l.quantity, l.price_minor, l.discount_minor, l.total_minor,
  l.cost_minor, l.lot, p.sku, v.name
from order_line l
join product p on p.id = l.product_id
join product_version v on v.id = l.version_id
where l.order_id in :ids
order by l.id;

-- name: find_returns_of
-- The returns of these orders, in the order in which they were entered.
select id, seq, order_id, returned_ms, entered_ms, day, reason, note, total_minor
from returns
where order_id in :ids
order by id;

-- name: find_return_lines
-- The lines of these returns.
select l.id, l.return_id, l.order_line_id, l.product_id, l.version_id, l.quantity, l.price_minor, l.amount_minor,
  l.cost_minor, l.restock, l.lot, p.sku, v.name
from return_line l
join product p on p.id = l.product_id
join product_version v on v.id = l.version_id
where l.return_id in :ids
order by l.id;

-- name: find_returns
-- These returns with the codes that they are shown under.
select r.id, r.seq, r.order_id, r.returned_ms, r.entered_ms, r.day, r.region, r.external_id, r.customer_id,
  r.reason, r.note, r.total_minor, c.code as channel, l.code as location
from returns r
join channel c on c.id = r.channel_id
left join location l on l.id = r.location_id
where r.id in :ids
order by r.id;

-- fragment: matching_version
-- Which product versions a list means; v is the version of a line.
(:any_product or v.product_id in :products)
      and (:any_category or coalesce(v.category_id, 0) in :categories)
      and (:any_brand or coalesce(v.brand_id, 0) in :brands)
      and (:any_vendor or coalesce(v.vendor_id, 0) in :vendors)
      and (:any_price_tier or coalesce(v.price_tier_id, 0) in :price_tiers)

-- fragment: matching_return
-- Which returns a list shows. Every condition is switched off by its own empty list.
r.returned_ms >= :from_ms and r.returned_ms < :to_ms
  and (:any_channel or r.channel_id in :channels)
  and (:any_location or coalesce(r.location_id, 0) in :locations)
  and (:any_region or coalesce(r.region, '') in :regions or '=' || coalesce(r.region, '') in :regions
    or substr(r.region, 3, 1) = '-' and substr(r.region, 1, 2) in :regions)
  and (:any_weekday or (r.day + 3) % 7 + 1 in :weekdays)
  and (:any_hour or r.hour in :hours)
  and (:any_line or exists (
    select 1 from return_line l join product_version v on v.id = l.version_id
    where l.return_id = r.id and :use(matching_version)))

-- name: find_returns_newest
-- A page of returns, newest first, below a position.
select r.id, r.returned_ms from returns r
where (r.returned_ms, r.id) < (:after_value, :after_id) and :use(matching_return)
order by r.returned_ms desc, r.id desc
limit :limit;

-- name: find_returns_oldest
-- A page of returns, oldest first, above a position.
select r.id, r.returned_ms from returns r
where (r.returned_ms, r.id) > (:after_value, :after_id) and :use(matching_return)
order by r.returned_ms, r.id
limit :limit;

-- name: find_returns_edge_newest
-- Where a walk of some returns from a position down ends; null where it reaches the end of the list.
select returned_ms from returns
where (returned_ms, id) < (:after_value, :after_id) and returned_ms >= :from_ms and returned_ms < :to_ms
order by returned_ms desc, id desc
limit 1 offset :walk;

-- name: find_returns_edge_oldest
-- The same upwards.
select returned_ms from returns
where (returned_ms, id) > (:after_value, :after_id) and returned_ms >= :from_ms and returned_ms < :to_ms
order by returned_ms, id
limit 1 offset :walk;

-- name: sum_matching
-- What the lines of these orders that a list means came to.
select l.order_id, sum(l.total_minor) as total_minor
from order_line l join product_version v on v.id = l.version_id
where l.order_id in :ids and :use(matching_version)
group by l.order_id
order by l.order_id;

-- name: sum_matching_returns
-- What was given back for the lines of these returns that a list means.
select l.return_id, sum(l.amount_minor) as amount_minor
from return_line l join product_version v on v.id = l.version_id
where l.return_id in :ids and :use(matching_version)
group by l.return_id
order by l.return_id;

-- name: find_seq_ids
-- The orders that took these numbers of the shop's history.
select id, seq from orders where id between :first_id and :last_id order by id;

-- name: find_newest
-- The newest orders by number; there is no hole in the numbers.
select id from orders where id > (select max(id) from orders) - :limit order by id desc limit :limit;

-- name: find_last_return
-- The highest id of a return.
select max(id) from returns;

-- name: find_feed
-- The newest orders by the time they happened, for the feed.
select id from orders where placed_ms <= :now_ms order by placed_ms desc, id desc limit :limit;

-- name: find_source_rows
-- The rows of a file from which this order was made.
select s.import_id, s.first_row, s.rows, i.file_name
from order_source s
join import i on i.id = s.import_id
where s.order_id = :order_id;

-- fragment: matching
-- Which orders a list shows. Every condition is switched off by its own empty list or null.
o.placed_ms >= :from_ms and o.placed_ms < :to_ms
  and (:any_channel or o.channel_id in :channels)
  and (:any_location or coalesce(o.location_id, 0) in :locations)
  and (:any_region or coalesce(o.region, '') in :regions or '=' || coalesce(o.region, '') in :regions
    or substr(o.region, 3, 1) = '-' and substr(o.region, 1, 2) in :regions)
  and (:any_weekday or (o.day + 3) % 7 + 1 in :weekdays)
  and (:any_hour or o.hour in :hours)
  and (:min_total is null or o.total_minor >= :min_total)
  and (:max_total is null or o.total_minor <= :max_total)
  and (:any_line or exists (
    select 1 from order_line l join product_version v on v.id = l.version_id
    where l.order_id = o.id and :use(matching_version)))
  and (:status is null or :status = case
    when not exists (select 1 from returns r where r.order_id = o.id) then 'placed'
    when (select sum(x.quantity) from returns r join return_line x on x.return_id = r.id where r.order_id = o.id)
      = (select sum(l.quantity) from order_line l where l.order_id = o.id) then 'returned'
    else 'partly_returned' end)
  and (:q is null or o.id = :q_id or o.external_id = :q or o.note like :q_like escape '\' or exists (
    select 1 from order_line l join product p on p.id = l.product_id join product_version v on v.id = l.version_id
    where l.order_id = o.id and (p.sku = :q or v.name like :q_like escape '\')))

-- name: find_page_newest
-- A page of orders, newest first, below a position.
select o.id, o.placed_ms, o.total_minor from orders o
where (o.placed_ms, o.id) < (:after_value, :after_id) and :use(matching)
order by o.placed_ms desc, o.id desc
limit :limit;

-- name: find_page_oldest
-- A page of orders, oldest first, above a position.
select o.id, o.placed_ms, o.total_minor from orders o
where (o.placed_ms, o.id) > (:after_value, :after_id) and :use(matching)
order by o.placed_ms, o.id
limit :limit;

-- name: find_page_largest
-- A page of orders, largest first, below a position.
select o.id, o.placed_ms, o.total_minor from orders o indexed by orders_total
where (o.total_minor, o.id) < (:after_value, :after_id) and o.total_minor >= coalesce(:min_total, 0) and :use(matching)
order by o.total_minor desc, o.id desc
limit :limit;

-- name: find_page_smallest
-- A page of orders, smallest first, above a position.
select o.id, o.placed_ms, o.total_minor from orders o indexed by orders_total
where (o.total_minor, o.id) > (:after_value, :after_id)
  and o.total_minor <= coalesce(:max_total, 9223372036854775807) and :use(matching)
order by o.total_minor, o.id
limit :limit;

-- name: find_edge_newest
-- Where a walk of some orders from a position down ends; null where it reaches the end of the list.
select placed_ms from orders
where (placed_ms, id) < (:after_value, :after_id) and placed_ms >= :from_ms and placed_ms < :to_ms
order by placed_ms desc, id desc
limit 1 offset :walk;

-- name: find_edge_oldest
-- The same upwards.
select placed_ms from orders
where (placed_ms, id) > (:after_value, :after_id) and placed_ms >= :from_ms and placed_ms < :to_ms
order by placed_ms, id
limit 1 offset :walk;

-- name: find_edge_largest
-- The same by totals, downwards.
select total_minor from orders where (total_minor, id) < (:after_value, :after_id)
order by total_minor desc, id desc
limit 1 offset :walk;

-- name: find_edge_smallest
-- The same by totals, upwards.
select total_minor from orders where (total_minor, id) > (:after_value, :after_id)
order by total_minor, id
limit 1 offset :walk;

-- name: find_places
-- Where these orders stand in a list.
select id, placed_ms, total_minor from orders where id in :ids order by id;

-- name: find_matching
-- Which of these orders a list shows; they are few, so that each is looked up by its id.
select o.id from orders o not indexed
where o.id in :ids and :use(matching)
order by o.id;

-- fragment: buckets
-- The buckets of lines, newest first: the index of what was sold begins with them (migration 0009).
bucket (n) as (select max(id) / 2048 from order_line union all select n - 1 from bucket where n > 0)

-- name: names_product
-- Whether a search means a product, which many orders may hold; else it can only mean few.
select 1 from product where sku = :q
union all
select 1 from product_version where name like :q_like escape '\'
limit 1;

-- name: find_candidates_by_words
-- Orders in which a search may find its words, each kind by an index of its own; `limit` of one kind at most.
with recursive :use(buckets),
meant as materialized (
  select v.id from product p join product_version v on v.product_id = p.id where p.sku = :q
  union
  select v.id from product_version v where v.name like :q_like escape '\'
)
select id from orders where id = :q_id
union
select id from orders where external_id = :q
union
select id from (
  select distinct u.order_id as id from note_word w cross join note_use u on u.word = w.word
  where w.word like :q_word escape '\'
  limit :limit) said
union
select id from (
  select id from orders indexed by orders_noted
  where id > :sorted_id and note is not null and note like :q_like escape '\'
  limit :limit) noted
union
select order_id from (
  select distinct l.order_id
  from bucket b cross join meant m cross join order_line l on l.id / 2048 = b.n and l.version_id = m.id
  limit :limit) named
order by 1;

-- name: find_sorted
-- Up to which order the words of notes are sorted in.
select order_id from note_sorted;

-- name: find_unsorted
-- The next orders with notes whose words are not sorted in.
select id, note from orders indexed by orders_noted
where id > :sorted_id and note is not null
order by id
limit :limit;

-- name: add_words
-- Words of notes that may be known.
insert into note_word (word) values :rows(word) on conflict (word) do nothing;

-- name: add_uses
-- Which orders' notes hold which words: word, order_id.
insert into note_use (word, order_id) values :rows(word, order_id) on conflict (word, order_id) do nothing;

-- name: set_sorted
-- The words of orders up to this one are sorted in.
insert into note_sorted (one, order_id) values (1, :order_id)
on conflict (one) do update set order_id = excluded.order_id;

-- name: find_candidates_by_versions
-- Orders that hold what the filters of products mean.
with recursive :use(buckets),
meant as materialized (select v.id from product_version v where :use(matching_version))
select distinct l.order_id
from bucket b cross join meant m cross join order_line l on l.id / 2048 = b.n and l.version_id = m.id
limit :limit;

-- name: find_candidates_by_total
-- Orders with totals between two sums.
select id from orders
where total_minor >= coalesce(:min_total, 0) and total_minor <= coalesce(:max_total, 9223372036854775807)
order by total_minor, id
limit :limit;

-- name: find_candidates_by_period
-- Orders of a time.
select id from orders where placed_ms >= :from_ms and placed_ms < :to_ms order by placed_ms, id limit :limit;

-- name: find_candidates_returned
-- Orders of which something came back.
select distinct order_id from returns where order_id > 0 order by order_id limit :limit;

-- name: find_return_candidates
-- Returns that hold what the filters of products mean.
select distinct l.return_id
from product_version v cross join return_line l on l.product_id = v.product_id and l.version_id = v.id
where :use(matching_version)
limit :limit;

-- name: find_return_places
-- Where these returns stand in a list.
select id, returned_ms from returns where id in :ids order by id;

-- name: find_matching_returns
-- Which of these returns a list shows; they are few, so that each is looked up by its id.
select r.id, r.returned_ms from returns r not indexed
where r.id in :ids and :use(matching_return)
order by r.id;

-- name: find_export_lines
-- The lines of these orders as the export has them.
select l.id, l.order_id, l.quantity, l.price_minor, l.discount_minor, l.total_minor, l.cost_minor, l.lot,
  p.sku, v.name, c.path as category, b.name as brand, d.name as vendor, t.name as price_tier
from order_line l
join product p on p.id = l.product_id
join product_version v on v.id = l.version_id
left join category c on c.id = v.category_id
left join brand b on b.id = v.brand_id
left join vendor d on d.id = v.vendor_id
left join price_tier t on t.id = v.price_tier_id
where l.order_id in :ids
order by l.id;

-- name: find_export_return_lines
-- The lines of these returns as the export has them.
select x.id, x.return_id, x.order_line_id, x.quantity, x.price_minor, x.amount_minor, x.cost_minor, x.lot, x.restock,
  r.order_id, r.external_id, r.returned_ms, r.entered_ms, r.region, r.customer_id, r.reason, r.note,
  p.sku, v.name, c.path as category, b.name as brand, d.name as vendor, t.name as price_tier,
  ch.code as channel, lo.code as location
from return_line x
join returns r on r.id = x.return_id
join product p on p.id = x.product_id
join product_version v on v.id = x.version_id
join channel ch on ch.id = r.channel_id
left join location lo on lo.id = r.location_id
left join category c on c.id = v.category_id
left join brand b on b.id = v.brand_id
left join vendor d on d.id = v.vendor_id
left join price_tier t on t.id = v.price_tier_id
where x.return_id in :ids
order by x.id;
