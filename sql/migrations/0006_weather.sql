-- Where weather came from, and the words that its terms want to stand beside it.
create table weather_source (
  code text primary key, name text not null, attribution text not null, address text
) strict, without rowid;

-- How each location's weather stands: when its source was asked, when it is asked again, and since when nothing is known.
create table weather_standing (
  location_id integer primary key references location (id), source text not null references weather_source (code),
  asked_ms integer not null, next_ms integer not null, unknown_since_ms integer, trouble text, archive_ms integer
) strict;

-- What was measured at a location at a moment: degrees Celsius, millimetres in the hour before.
create table weather_reading (
  location_id integer not null references location (id), observed_ms integer not null,
  temperature_c real not null check (temperature_c between -90 and 60),
  rain_mm real check (rain_mm between 0 and 2000),
  condition text check (condition in ('clear', 'clouds', 'fog', 'rain', 'snow', 'storm')),
  source text not null references weather_source (code), fetched_ms integer not null,
  primary key (location_id, observed_ms)
) strict, without rowid;

-- A location's days (days since 1970-01-01 in its own time zone) as they were, and, with ahead = 1, as they are foreseen.
create table weather_day (
  location_id integer not null references location (id), ahead integer not null check (ahead in (0, 1)),
  day integer not null, mean_c real not null check (mean_c between -90 and 60),
  low_c real check (low_c between -90 and 60), high_c real check (high_c between -90 and 60),
  rain_mm real check (rain_mm between 0 and 2000),
  condition text check (condition in ('clear', 'clouds', 'fog', 'rain', 'snow', 'storm')),
  source text not null references weather_source (code), fetched_ms integer not null,
  primary key (location_id, ahead, day)
) strict, without rowid;

-- What is usual at a location around each day of the year (1 to 366): worked out from its known days, 31 days wide.
create table weather_normal (
  location_id integer not null references location (id), day_of_year integer not null check (day_of_year between 1 and 366),
  mean_c real not null, spread_c real not null, swing_c real, days integer not null,
  primary key (location_id, day_of_year)
) strict, without rowid;
