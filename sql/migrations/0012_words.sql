-- The words of orders' notes, so that a search looks through the words there are and not through every note.
create table note_word (word text primary key) strict, without rowid;

-- Which orders' notes hold which word.
create table note_use (
  word text not null, order_id integer not null, primary key (word, order_id)
) strict, without rowid;

-- Up to which order the notes are sorted in; a search reads the notes behind it itself.
create table note_sorted (one integer primary key check (one = 1), order_id integer not null) strict;

create index orders_noted on orders (id, note) where note is not null;
drop index orders_note;
