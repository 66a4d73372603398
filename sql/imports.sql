-- name: insert_import
-- A file that was given.
insert into import (id, job_id, file_name, path, sha256, mapping, state, preview, created_ms)
values (:id, :job_id, :file_name, :path, :sha256, :mapping, :state, :preview, :created_ms);

-- name: find_import
-- One import as it stands; its job knows the state while there is one.
select i.id, i.job_id, i.file_name, i.path, i.sha256, i.mapping, coalesce(j.state, i.state) as state, i.total_rows,
  i.read_rows, i.imported, i.repeated, i.rejected, i.position, i.preview, coalesce(i.error, j.error) as error,
  i.created_ms, i.started_ms, i.ended_ms,
  (select count(*) from import_mended m where m.import_id = i.id) as mended
from import i
left join job j on j.id = i.job_id
where i.id = :id;

-- name: find_page
-- Imports below an id, newest first.
select i.id, i.job_id, i.file_name, i.path, i.sha256, i.mapping, coalesce(j.state, i.state) as state, i.total_rows,
  i.read_rows, i.imported, i.repeated, i.rejected, i.position, i.preview, coalesce(i.error, j.error) as error,
  i.created_ms, i.started_ms, i.ended_ms,
  (select count(*) from import_mended m where m.import_id = i.id) as mended
from import i
left join job j on j.id = i.job_id
where i.id < :before_id
order by i.id desc
limit :limit;

-- name: find_same
-- Other imports of the same bytes by the same mapping, oldest first.
select i.id, i.job_id, coalesce(j.state, i.state) as state, i.position
from import i
left join job j on j.id = i.job_id
where i.sha256 = :sha256 and i.mapping = :mapping and i.id <> :id
order by i.id;

-- name: update_started
-- The file is being read from now on.
update import
set state = 'running', sha256 = :sha256, total_rows = :total_rows, started_ms = coalesce(started_ms, :now_ms), error = null
where id = :id;

-- name: add_counts
-- More rows were read, up to a position.
update import
set read_rows = read_rows + :read, imported = imported + :imported, repeated = repeated + :repeated,
  rejected = rejected + :rejected, position = :position
where id = :id;

-- name: update_state
-- Where the import stands.
update import
set state = :state, error = :error, ended_ms = :ended_ms
where id = :id;

-- name: update_start
-- The import waits for its job, with its final mapping.
update import set state = 'queued', job_id = :job_id, mapping = :mapping where id = :id;

-- name: update_preview
-- What was found in the file.
update import set preview = :preview, total_rows = :total_rows where id = :id;

-- name: update_path
-- The same bytes are read from another place from now on.
update import set path = :path where id = :id;

-- name: update_mapping
-- The file is looked at anew under another mapping.
update import set mapping = :mapping, preview = :preview, total_rows = null where id = :id;

-- name: insert_errors
-- Rows that were not imported.
insert into import_error (import_id, row_number, field, detail, value)
values :rows(import_id, row_number, field, detail, value)
on conflict (import_id, row_number, field) do nothing;

-- name: find_errors
-- Rows that were not imported, from a position on.
select e.row_number, e.field, e.detail, e.value, r.text
from import_error e
left join import_rejected r on r.import_id = e.import_id and r.row_number = e.row_number
where e.import_id = :import_id and (e.row_number, e.field) > (:after_row, :after_field)
order by e.row_number, e.field
limit :limit;

-- name: insert_rejected
-- Rows that were not imported, as they stood in the file.
insert into import_rejected (import_id, row_number, text)
values :rows(import_id, row_number, text)
on conflict (import_id, row_number) do nothing;

-- name: insert_mended
-- Rejected rows that were mended and are imported now.
insert into import_mended (import_id, row_number, by_import_id)
values :rows(import_id, row_number, by_import_id)
on conflict (import_id, row_number) do nothing;

-- name: find_mended
-- Which of these rejected rows were mended before.
select row_number from import_mended where import_id = :import_id and row_number in :rows order by row_number;

-- name: keep_mapping
-- How files with this header are read from now on.
insert into import_mapping (header, mapping, file_name, kept_ms)
values (:header, :mapping, :file_name, :now_ms)
on conflict (header) do update set mapping = excluded.mapping, file_name = excluded.file_name, kept_ms = excluded.kept_ms;

-- name: find_mapping
-- How files with this header were read last.
select mapping, file_name from import_mapping where header = :header;

-- name: insert_sources_of_orders
-- The rows of the file from which sales were made.
insert into order_source (order_id, import_id, first_row, rows)
values :rows(order_id, import_id, first_row, rows);

-- name: insert_sources_of_returns
-- The rows of the file from which returns were made.
insert into return_source (return_id, import_id, first_row, rows)
values :rows(return_id, import_id, first_row, rows);

-- name: find_source_of_order
-- The rows from which an order was made.
select s.import_id, s.first_row, s.rows, i.file_name, i.mapping, i.preview
from order_source s
join import i on i.id = s.import_id
where s.order_id = :order_id;

-- name: find_source_of_return
-- The rows from which a return was made.
select s.import_id, s.first_row, s.rows, i.file_name, i.mapping, i.preview
from return_source s
join import i on i.id = s.import_id
where s.return_id = :return_id;

-- name: find_foreign_change
-- Whether the catalogue was changed after a seq, by whomever.
select seq from outbox where seq > :seq and topic = 'products' limit 1;

-- name: find_booked
-- A return without a known sale that was entered at this very instant.
select id
from returns
where returned_ms = :returned_ms and entered_ms = :entered_ms and total_minor = :total_minor and order_id is null
limit 1;

-- name: find_versions_of
-- What these products were called and where they stood, oldest first.
select v.id, v.product_id, v.name, c.path as category, b.name as brand, d.name as vendor, t.name as price_tier
from product_version v
left join category c on c.id = v.category_id
left join brand b on b.id = v.brand_id
left join vendor d on d.id = v.vendor_id
left join price_tier t on t.id = v.price_tier_id
where v.product_id in :product_ids
order by v.id;
