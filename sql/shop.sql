-- name: find_channels
-- Every channel, in the order in which they were made.
select id, code, name, kind from channel order by id;

-- name: find_locations
-- Every location; the first one is the default.
select id, code, name, region, latitude, longitude, time_zone from location order by id;

-- name: default_location_id
-- The location whose stock counts for a sale that names none.
select min(id) from location;

-- name: insert_channels
-- Add channels.
insert into channel (id, code, name, kind) values :rows(id, code, name, kind);

-- name: insert_locations
-- Add locations.
insert into location (id, code, name, region, latitude, longitude, time_zone)
values :rows(id, code, name, region, latitude, longitude, time_zone);

-- name: update_setting
-- Set one of the shop's settings anew, if it is another.
update setting set value = :value where name = :name and value <> :value;

-- name: find_last_backup_job
-- The backup that was asked for or due last, as it stands.
select id, kind, state, error, created_ms, ended_ms
from job
where kind in ('backup', 'backup_now')
order by id desc
limit 1;
