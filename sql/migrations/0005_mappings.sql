-- How files with these columns are read, as a person last said it; header is the SHA-256 of the columns' names.
create table import_mapping (
  header text primary key, mapping text not null, file_name text not null, kept_ms integer not null
) strict, without rowid;

-- Rows of a file that were not imported as they stood there, so that they can be mended and given again.
create table import_rejected (
  import_id integer not null references import (id), row_number integer not null, text text not null,
  primary key (import_id, row_number)
) strict, without rowid;

-- Rejected rows that were mended and are imported now, each once, and the import that brought them.
create table import_mended (
  import_id integer not null references import (id), row_number integer not null,
  by_import_id integer not null references import (id), primary key (import_id, row_number)
) strict, without rowid;
