-- fragment: advice
-- Advice as it was given; was_asked: what a model was asked for it is kept.
select id, by, provider, model, prompt, reason, brief, answer, summary, checked, grounds, tokens_in, tokens_out, took_ms,
  cost_micros, made_ms, expires_ms, seq, case when asked is null then 0 else 1 end as was_asked
from advice

-- name: find_advice
-- One advice.
:use(advice) where id = :id;

-- name: find_latest_advice
-- The newest advice.
:use(advice) order by id desc limit 1;

-- name: find_latest_advice_by
-- The newest advice of the house rules or of a model.
:use(advice) where by = :by order by id desc limit 1;

-- name: find_asked
-- What a model was asked for an advice, word for word.
select asked from advice where id = :id;

-- name: insert_advice
-- Keep advice with everything that it stood on.
insert into advice
  (id, by, provider, model, prompt, reason, brief, answer, summary, checked, grounds, tokens_in, tokens_out, took_ms,
   cost_micros, made_ms, expires_ms, seq, asked)
values (:id, :by, :provider, :model, :prompt, :reason, :brief, :answer, :summary, :checked, :grounds, :tokens_in,
  :tokens_out, :took_ms, :cost_micros, :made_ms, :expires_ms, :seq, :asked);

-- fragment: suggestion
-- Suggestions as they stand at an instant, whether or not somebody has written down what time has done to them.
select s.id, s.advice_id, s.kind, s.product_id, s.products, s.by, s.title, s.why, s.facts, s.now_minor, s.suggested_minor,
  s.floor_minor, s.ceiling_minor, s.lowest_30d_minor, s.effect_metric, s.effect_low, s.effect_high, s.effect_unit,
  s.effect_basis, s.confidence, s.smallest, s.made_ms, s.expires_ms, s.decided_ms, s.decided_by, s.reason, s.price_minor,
  s.starts_ms, s.ends_ms, s.ended_ms, s.plan_id, s.seq, p.sku, p.name as product_name, p.price_minor as product_minor,
  p.category_id,
  case when s.state = 'open' and (s.expires_ms <= :now_ms or p.archived = 1 or s.now_minor <> p.price_minor) then 'expired'
    when s.state = 'accepted' and s.ends_ms <= :now_ms then 'ended' else s.state end as state
from suggestion s left join product p on p.id = s.product_id

-- name: find_suggestion
-- One suggestion.
:use(suggestion) where s.id = :id;

-- name: find_of_kept_states
-- Suggestions that are kept in these states, the newest first.
:use(suggestion)
where s.state in :states
order by s.id desc
limit :limit;

-- name: find_with_results
-- Suggestions that were accepted, with what they did, the newest first.
select s.id, s.advice_id, s.kind, s.by, s.product_id, s.products, s.title, s.state, s.effect_metric, s.effect_low, s.effect_high,
  s.now_minor, s.suggested_minor, s.price_minor, s.smallest as smallest_before, s.confidence, s.decided_ms, s.starts_ms,
  s.ends_ms, s.ended_ms, p.sku, p.name as product_name, p.cost_minor, m.low, m.middle, m.high, m.smallest, m.units_low, m.units_high,
  m.significant, m.weeks, m.words, m.final, m.at_ms
from suggestion s left join product p on p.id = s.product_id left join measured m on m.suggestion_id = s.id
where s.starts_ms is not null
order by s.id desc
limit :limit;

-- name: count_decisions
-- How many suggestions of each origin, kind and state there are.
select by, kind, state, count(*) as count from suggestion group by by, kind, state order by by, kind, state;

-- name: find_to_measure
-- Suggestions that were accepted and of which more can still be learned, the oldest first.
select s.id, s.kind, s.product_id, s.products, s.starts_ms, coalesce(s.ended_ms, s.ends_ms) as ends_ms
from suggestion s left join measured m on m.suggestion_id = s.id
where (s.starts_ms < :before_ms or coalesce(s.ended_ms, s.ends_ms) <= :now_ms) and coalesce(m.final, 0) = 0
  and s.product_id is not null and s.kind <> 'watch'
order by s.id
limit :limit;

-- name: find_price_changes
-- When the price of products was last changed by accepted suggestions, and from what to what, since an instant.
select s.product_id, s.starts_ms, s.ends_ms, s.now_minor, s.price_minor, s.state
from suggestion s
where s.price_minor is not null and s.starts_ms >= :since_ms
order by s.product_id, s.starts_ms;

-- name: insert_suggestion
-- Keep a suggestion.
insert into suggestion
  (id, advice_id, kind, product_id, products, state, by, title, why, facts, now_minor, suggested_minor, floor_minor,
   ceiling_minor, lowest_30d_minor, effect_metric, effect_low, effect_high, effect_unit, effect_basis, confidence, smallest,
   made_ms, expires_ms, seq)
values (:id, :advice_id, :kind, :product_id, :products, 'open', :by, :title, :why, :facts, :now_minor, :suggested_minor,
  :floor_minor, :ceiling_minor, :lowest_30d_minor, :effect_metric, :effect_low, :effect_high, :effect_unit, :effect_basis,
  :confidence, :smallest, :made_ms, :expires_ms, :seq);

-- name: renew_suggestion
-- A suggestion is given again by newer advice.
update suggestion
set advice_id = :advice_id, products = :products, by = :by, title = :title, why = :why, facts = :facts,
  now_minor = :now_minor, suggested_minor = :suggested_minor, floor_minor = :floor_minor, ceiling_minor = :ceiling_minor,
  lowest_30d_minor = :lowest_30d_minor, effect_metric = :effect_metric, effect_low = :effect_low,
  effect_high = :effect_high, effect_unit = :effect_unit, effect_basis = :effect_basis, confidence = :confidence,
  smallest = :smallest, made_ms = :made_ms, expires_ms = :expires_ms, seq = :seq
where id = :id;

-- name: expire_suggestion
-- A suggestion is no longer given.
update suggestion set state = 'expired', seq = :seq where id = :id;

-- name: accept_suggestion
-- A suggestion is followed from a time up to a time.
update suggestion
set state = 'accepted', decided_ms = :decided_ms, decided_by = :decided_by, price_minor = :price_minor,
  starts_ms = :starts_ms, ends_ms = :ends_ms, plan_id = :plan_id, seq = :seq
where id = :id;

-- name: dismiss_suggestion
-- A suggestion is not wanted.
update suggestion
set state = 'dismissed', decided_ms = :decided_ms, decided_by = :decided_by, reason = :reason, seq = :seq
where id = :id;

-- name: end_suggestion
-- An accepted suggestion is at its end.
update suggestion set state = 'ended', ended_ms = :ended_ms, seq = :seq where id = :id;

-- name: insert_call
-- A model was asked.
insert into model_call (id, day, at_ms, provider, model, tokens_in, tokens_out, took_ms, cost_micros, outcome, detail)
values (:id, :day, :at_ms, :provider, :model, :tokens_in, :tokens_out, :took_ms, :cost_micros, :outcome, :detail);

-- name: find_last_call
-- How a model was asked last.
select id, day, at_ms, provider, model, tokens_in, tokens_out, took_ms, outcome, detail
from model_call
order by id desc
limit 1;

-- name: count_tokens
-- How many tokens were spent on a business day.
select coalesce(sum(tokens_in + tokens_out), 0) from model_call where day = :day;

-- name: find_spend
-- What a model cost between two business days as far as it is known, and what it read and wrote at no known price.
select coalesce(sum(cost_micros), 0) as cost_micros, count(cost_micros) as priced,
  coalesce(sum(case when cost_micros is null and tokens_in + tokens_out > 0 then 1 else 0 end), 0) as unpriced,
  coalesce(sum(case when cost_micros is null then tokens_in else 0 end), 0) as unpriced_in,
  coalesce(sum(case when cost_micros is null then tokens_out else 0 end), 0) as unpriced_out
from model_call
where day >= :from_day and day < :to_day;

-- name: find_largest_call
-- The most that a model read and wrote in its newest answers; null where it never gave one.
select max(recent.tokens_in) as tokens_in, max(recent.tokens_out) as tokens_out
from (select tokens_in, tokens_out from model_call where outcome = 'answered' order by id desc limit 20) recent;

-- name: find_refresh
-- The refresh of advice that waits or runs.
select id, state, created_ms, started_ms
from job
where kind = 'advice' and state in ('queued', 'running')
order by id
limit 1;

-- name: find_refreshed
-- A refresh of advice that began after an instant and has ended.
select max(id) from job where kind = 'advice' and state = 'done' and started_ms > :since_ms;

-- name: find_any_order
-- Whether anything was ever sold.
select min(id) from orders;

-- name: find_order_before
-- Whether anything was sold before an instant.
select 1 from orders where placed_ms < :before_ms limit 1;

-- name: find_traits
-- How products are served, guessed or said.
select product_id, served, guessed, never_rises, changed_ms, seq from trait order by product_id;

-- name: find_trait
-- How one product is served, and whether its price may rise.
select product_id, served, guessed, never_rises from trait where product_id = :product_id;

-- name: find_never_rising
-- The products whose price never rises.
select product_id from trait where never_rises = 1 order by product_id;

-- name: set_trait
-- How a product is served and whether its price may rise.
insert into trait (product_id, served, guessed, never_rises, changed_ms, seq)
values (:product_id, :served, :guessed, :never_rises, :changed_ms, :seq)
on conflict (product_id) do update set served = excluded.served, guessed = excluded.guessed,
  never_rises = excluded.never_rises, changed_ms = excluded.changed_ms, seq = excluded.seq;

-- name: find_guardrails
-- What a price may do, by category; 0 is the whole shop.
select category_id, least_margin_bp, most_step_bp, most_90d_bp, cool_down_days, never_rises, changed_ms, seq
from guardrail
order by category_id;

-- name: set_guardrail
-- What a price of a category may do.
insert into guardrail (category_id, least_margin_bp, most_step_bp, most_90d_bp, cool_down_days, never_rises, changed_ms, seq)
values (:category_id, :least_margin_bp, :most_step_bp, :most_90d_bp, :cool_down_days, :never_rises, :changed_ms, :seq)
on conflict (category_id) do update set least_margin_bp = excluded.least_margin_bp, most_step_bp = excluded.most_step_bp,
  most_90d_bp = excluded.most_90d_bp, cool_down_days = excluded.cool_down_days, never_rises = excluded.never_rises,
  changed_ms = excluded.changed_ms, seq = excluded.seq;

-- name: delete_guardrail
-- The prices of a category go by those above it again.
delete from guardrail where category_id = :category_id;

-- name: set_measured
-- What an accepted suggestion did, as far as can be told.
insert into measured
  (suggestion_id, low, middle, high, smallest, units_low, units_high, significant, weeks, words, final, at_ms)
values (:suggestion_id, :low, :middle, :high, :smallest, :units_low, :units_high, :significant, :weeks, :words, :final,
  :at_ms)
on conflict (suggestion_id) do update set low = excluded.low, middle = excluded.middle, high = excluded.high,
  smallest = excluded.smallest, units_low = excluded.units_low, units_high = excluded.units_high,
  significant = excluded.significant, weeks = excluded.weeks, words = excluded.words, final = excluded.final,
  at_ms = excluded.at_ms;

-- name: find_learned
-- What was learned under a name, and up to which day.
select day, result from learned where name = :name;

-- name: set_learned
-- What is known from the history now.
insert into learned (name, day, result, at_ms) values (:name, :day, :result, :at_ms)
on conflict (name) do update set day = excluded.day, result = excluded.result, at_ms = excluded.at_ms;

-- name: find_first_order
-- The lowest number of the orders that were placed since an instant.
select min(id) from orders where placed_ms >= :from_ms;

-- name: find_lowest_sold
-- The lowest price a unit at which each of some products was sold since an instant.
with recursive bucket (n) as (
  -- The index of what was sold goes by buckets of lines; those of the first order and of all after it are looked at.
  select max(id) / 2048 from order_line
  union all
  select n - 1 from bucket where n > (select min(f.id) / 2048 from order_line f where f.order_id = :first_id)
)
select v.product_id, min(l.price_minor) as price_minor
from bucket b cross join product_version v
  cross join order_line l on l.id / 2048 = b.n and l.version_id = v.id
  join orders o on o.id = l.order_id
where v.product_id in :product_ids and l.order_id >= :first_id and o.placed_ms >= :from_ms
group by v.product_id
order by v.product_id;

-- fragment: catalogue
-- What is sold, with what it costs, where it stands, and how much of it is there (null where it is not counted).
select p.id, p.sku, p.name, p.price_minor, p.cost_minor, p.category_id, c.path as category, p.tracked, p.reorder_point,
  p.created_ms, case when p.tracked = 1
    then (select coalesce(sum(l.quantity), 0) from stock_level l where l.product_id = p.id) end as stock
from product p left join category c on c.id = p.category_id
where p.archived = 0

-- name: find_catalogue
-- All that is sold.
:use(catalogue)
order by p.id
limit :limit;

-- name: find_catalogue_line
-- One product that is sold.
:use(catalogue) and p.id = :id;

-- name: find_costs
-- What products cost.
select id, cost_minor from product where id in :product_ids order by id;

-- name: find_baskets
-- The lines of the newest orders of more than one line, as far back as an instant, and where they came from.
select o.channel_id, l.order_id, l.product_id
from (
  select id, channel_id from orders
  where placed_ms >= :from_ms and placed_ms < :to_ms and lines between 2 and 12
  order by placed_ms desc, id desc
  limit :limit
) o cross join order_line l on l.order_id = o.id
order by o.channel_id, l.order_id, l.product_id;

-- name: count_orders
-- How many orders there were between two instants, of the newest so many of any size.
select count(*) from orders where placed_ms >= :from_ms and placed_ms < :to_ms;

-- name: find_prices
-- The list prices of products that held at some time since an instant, oldest first.
select product_id, price_minor, from_ms, to_ms
from price
where product_id in :product_ids and (to_ms is null or to_ms > :since_ms)
order by product_id, from_ms, id;

-- name: find_price_plans
-- Whether a person or a plan has the price of these products in hand.
select product_id, price_minor, from_ms, to_ms, state
from price_plan
where state in ('planned', 'running') and product_id in :product_ids
order by product_id, from_ms;

-- fragment: product_days
-- The days of products with what waits to be sorted into them.
select day, version_id, location_id, units, gross_minor, units_returned
from product_day
where day >= :from_day and day < :to_day
union all
select day, version_id, location_id, units, gross_minor, units_returned
from product_unsorted
where day >= :from_day and day < :to_day

-- name: find_returned
-- How many units of each product were sold and came back between two days.
select v.product_id, sum(d.units) as units, sum(d.units_returned) as units_returned
from (:use(product_days)) d join product_version v on v.id = d.version_id
group by v.product_id
order by v.product_id;

-- name: find_daily
-- What each of some products sold on each day: units, and what they brought before returns, in minor units.
select v.product_id, d.day, sum(d.units) as units, sum(d.gross_minor) as gross_minor
from (:use(product_days)) d join product_version v on v.id = d.version_id
where v.product_id in :product_ids
group by v.product_id, d.day
order by v.product_id, d.day;

-- name: find_daily_by_place
-- What each of some products sold on each day at each location (0: none).
select v.product_id, d.location_id, d.day, sum(d.units) as units
from (:use(product_days)) d join product_version v on v.id = d.version_id
where v.product_id in :product_ids
group by v.product_id, d.location_id, d.day
order by v.product_id, d.location_id, d.day;

-- name: find_accepted_sales
-- What the products of accepted promotions sold since they began, by suggestion.
select s.id, coalesce(sum(l.quantity), 0) as units, coalesce(sum(l.total_minor), 0) as total_minor
from suggestion s
  join orders o on o.placed_ms >= s.starts_ms and o.placed_ms < coalesce(s.ended_ms, s.ends_ms)
  join order_line l on l.order_id = o.id and l.product_id = s.product_id
where s.id in :ids
group by s.id
order by s.id;
