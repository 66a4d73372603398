-- name: keep_source
-- Where weather comes from, and what its terms want to stand beside it.
insert into weather_source (code, name, attribution, address)
values (:code, :name, :attribution, :address)
on conflict (code) do update set name = excluded.name, attribution = excluded.attribution, address = excluded.address;

-- name: find_sources
-- Every source that weather ever came from.
select code, name, attribution, address from weather_source order by code;

-- name: find_standings
-- How each asked location's weather stands, with the newest reading of it from the same source.
select s.location_id, l.code, l.name, l.time_zone, s.source, s.asked_ms, s.next_ms, s.unknown_since_ms, s.trouble, s.archive_ms,
  r.observed_ms, r.temperature_c, r.rain_mm, r.condition
from weather_standing s
join location l on l.id = s.location_id
left join weather_reading r on r.location_id = s.location_id and r.source = s.source and r.observed_ms = (
  select max(n.observed_ms) from weather_reading n where n.location_id = s.location_id and n.source = s.source and n.observed_ms <= :now_ms
)
order by s.location_id;

-- name: keep_standing
-- A location was asked; nothing is known since a moment, or it is.
insert into weather_standing (location_id, source, asked_ms, next_ms, unknown_since_ms, trouble)
values (:location_id, :source, :asked_ms, :next_ms, :unknown_since_ms, :trouble)
on conflict (location_id) do update set source = excluded.source, asked_ms = excluded.asked_ms,
  next_ms = excluded.next_ms, unknown_since_ms = excluded.unknown_since_ms, trouble = excluded.trouble;

-- name: update_archive
-- A location's past days were asked for.
update weather_standing set archive_ms = :archive_ms where location_id = :location_id;

-- name: delete_standings
-- Forget how things stand for other sources than one.
delete from weather_standing where source <> :source;

-- name: insert_readings
-- What was measured.
insert into weather_reading (location_id, observed_ms, temperature_c, rain_mm, condition, source, fetched_ms)
values :rows(location_id, observed_ms, temperature_c, rain_mm, condition, source, fetched_ms)
on conflict (location_id, observed_ms) do update set temperature_c = excluded.temperature_c, rain_mm = excluded.rain_mm,
  condition = excluded.condition, source = excluded.source, fetched_ms = excluded.fetched_ms;

-- name: find_readings
-- What was measured at a location in a span of time.
select observed_ms, temperature_c, rain_mm, condition
from weather_reading
where location_id = :location_id and observed_ms >= :from_ms and observed_ms < :to_ms
order by observed_ms;

-- name: delete_readings
-- Forget what was measured before a moment.
delete from weather_reading where location_id = :location_id and observed_ms < :before_ms;

-- name: keep_days
-- Days as they were or are foreseen; what a person gave as a file is replaced by a file alone.
insert into weather_day (location_id, ahead, day, mean_c, low_c, high_c, rain_mm, condition, source, fetched_ms)
values :rows(location_id, ahead, day, mean_c, low_c, high_c, rain_mm, condition, source, fetched_ms)
on conflict (location_id, ahead, day) do update set mean_c = excluded.mean_c, low_c = excluded.low_c,
  high_c = excluded.high_c, rain_mm = excluded.rain_mm, condition = excluded.condition, source = excluded.source,
  fetched_ms = excluded.fetched_ms
where weather_day.source <> 'csv' or excluded.source = 'csv';

-- name: delete_ahead
-- Forget what was foreseen for a location.
delete from weather_day where location_id = :location_id and ahead = 1;

-- name: find_ahead
-- What is foreseen from a day on, by a source, fetched after a moment.
select d.location_id, d.day, d.mean_c, d.low_c, d.high_c, d.rain_mm, d.condition
from weather_day d
join weather_standing s on s.location_id = d.location_id and s.source = d.source
where d.ahead = 1 and d.day >= :day and d.fetched_ms >= :since_ms
order by d.location_id, d.day;

-- name: find_days
-- The days of locations as they were, both ends included.
select d.location_id, l.code, d.day, d.mean_c, d.low_c, d.high_c, d.rain_mm, d.condition, d.source
from weather_day d
join location l on l.id = d.location_id
where d.ahead = 0 and d.location_id in :location_ids and d.day >= :from_day and d.day <= :to_day
order by d.location_id, d.day;

-- name: find_page
-- The days of locations as they were, in the order of location and day, behind one of them.
select d.location_id, l.code, d.day, d.mean_c, d.low_c, d.high_c, d.rain_mm, d.condition, d.source
from weather_day d
join location l on l.id = d.location_id
where d.ahead = 0 and d.location_id = :location_id and d.day > :after_day and d.day <= :to_day
order by d.day
limit :limit;

-- name: count_days
-- How many days of each location and source are known, from when to when.
select location_id, source, count(*) as days, min(day) as first_day, max(day) as last_day
from weather_day
where ahead = 0
group by location_id, source
order by location_id, source;

-- name: find_last_day
-- The newest day of a location that is known.
select max(day) from weather_day where location_id = :location_id and ahead = 0;

-- name: keep_normals
-- What is usual at a location around days of the year.
insert into weather_normal (location_id, day_of_year, mean_c, spread_c, swing_c, days)
values :rows(location_id, day_of_year, mean_c, spread_c, swing_c, days)
on conflict (location_id, day_of_year) do update set mean_c = excluded.mean_c, spread_c = excluded.spread_c,
  swing_c = excluded.swing_c, days = excluded.days;

-- name: delete_normals
-- Forget what is usual at a location.
delete from weather_normal where location_id = :location_id;

-- name: find_places
-- The locations of which days or what is usual are known.
select location_id from weather_day where ahead = 0
union
select location_id from weather_normal
order by 1;

-- name: find_normals
-- What is usual at locations around some days of the year.
select location_id, day_of_year, mean_c, spread_c, swing_c, days
from weather_normal
where location_id in :location_ids and day_of_year in :numbers
order by location_id, day_of_year;
