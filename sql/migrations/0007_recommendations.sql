-- Advice as it was given, with everything that it stood on: by whom, from which brief, at what price in tokens.
-- brief, answer and checked are JSON; grounds says on which day and weather it stands, so that a change makes it stale.
create table advice (
  id integer primary key, by text not null check (by in ('model', 'rules')), provider text, model text, prompt text,
  reason text check (reason in ('no_key', 'failed', 'refused', 'quota', 'budget')),
  brief text not null, answer text, summary text not null, checked text not null, grounds text not null,
  tokens_in integer not null default 0, tokens_out integer not null default 0, took_ms integer not null,
  made_ms integer not null, expires_ms integer not null, seq integer not null
) strict;

-- One piece of advice and what became of it; a refresh keeps the row of the same kind, product and price.
-- products and facts are JSON lists; prices are in minor units; effect_low and effect_high are a day's, money in minor units;
-- price_minor is what was accepted; plan_id is the price plan that it set; smallest is the least change that can be seen, as a ratio.
create table suggestion (
  id integer primary key, advice_id integer not null references advice (id),
  kind text not null check (kind in ('promote', 'reprice', 'bundle', 'restock', 'markdown', 'watch')),
  product_id integer references product (id), products text not null default '[]',
  state text not null check (state in ('open', 'accepted', 'dismissed', 'expired', 'ended')),
  by text not null check (by in ('model', 'rules')), title text not null, why text not null, facts text not null default '[]',
  now_minor integer, suggested_minor integer, floor_minor integer, ceiling_minor integer, lowest_30d_minor integer,
  effect_metric text, effect_low integer, effect_high integer, effect_unit text, effect_basis text,
  confidence text not null check (confidence in ('low', 'medium', 'high')), smallest real,
  made_ms integer not null, expires_ms integer not null,
  decided_ms integer, decided_by text, reason text, price_minor integer, starts_ms integer, ends_ms integer,
  ended_ms integer, plan_id integer, seq integer not null
) strict;
create index suggestion_state on suggestion (state, id);
create index suggestion_product on suggestion (product_id, kind);

-- Each time that a model was asked, well or badly; the budget of a business day is counted here.
create table model_call (
  id integer primary key, day integer not null, at_ms integer not null, provider text not null, model text not null,
  tokens_in integer not null, tokens_out integer not null, took_ms integer not null,
  outcome text not null check (outcome in ('answered', 'failed', 'refused', 'quota')), detail text not null
) strict;
create index model_call_day on model_call (day);

-- What was learned of the shop's own history, as JSON by name (elasticity, sensitivity), and up to which day it was read.
create table learned (name text primary key, day integer not null, result text not null, at_ms integer not null) strict;

-- How a product is served ('hot', 'cold', 'rain' or '' for none of them), guessed from its name or said by a person,
-- and whether its price may rise.
create table trait (
  product_id integer primary key references product (id), served text not null check (served in ('', 'hot', 'cold', 'rain')),
  guessed integer not null check (guessed in (0, 1)), never_rises integer not null default 0 check (never_rises in (0, 1)),
  changed_ms integer not null, seq integer not null
) strict;

-- What a price may do, by category (0: the whole shop); ratios in hundredths of a percent (1000 is 10 %).
create table guardrail (
  category_id integer primary key, least_margin_bp integer not null check (least_margin_bp between 0 and 100000),
  most_step_bp integer not null check (most_step_bp between 0 and 5000),
  most_90d_bp integer not null check (most_90d_bp between 0 and 9000),
  cool_down_days integer not null check (cool_down_days between 0 and 365),
  never_rises integer not null check (never_rises in (0, 1)), changed_ms integer not null, seq integer not null
) strict;

-- What an accepted suggestion did, against what comparable products or shops say would have happened; ratios, 0.1 is +10 %.
create table measured (
  suggestion_id integer primary key references suggestion (id), low real, middle real, high real, smallest real,
  units_low integer, units_high integer, significant integer not null check (significant in (0, 1)),
  weeks integer not null, words text not null, final integer not null check (final in (0, 1)), at_ms integer not null
) strict;

-- Prices that begin and end by themselves; before_minor is the price that comes back, price_id the row of its validity.
create table price_plan (
  id integer primary key, product_id integer not null references product (id), price_minor integer not null
    check (price_minor between 0 and 999999999),
  from_ms integer not null, to_ms integer not null check (to_ms > from_ms), reason text not null,
  state text not null check (state in ('planned', 'running', 'ended', 'overridden', 'cancelled')),
  before_minor integer, price_id integer, seq integer not null
) strict;
create index price_plan_open on price_plan (product_id, id) where state in ('planned', 'running');
create index price_plan_due on price_plan (state, from_ms) where state in ('planned', 'running');
