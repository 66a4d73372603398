-- The tables of every peer: made before it starts, read after it was asked.
pragma journal_mode = wal;

create table product (
    id integer primary key,
    sku text not null unique,
    name text not null,
    price_minor integer not null
);

create table orders (
    id integer primary key,
    key text unique,
    placed_ms integer not null,
    total_minor integer not null
);

create index orders_placed on orders (placed_ms);

create table order_line (
    id integer primary key,
    order_id integer not null references orders (id),
    product_id integer not null references product (id),
    quantity integer not null,
    price_minor integer not null,
    total_minor integer not null
);

create index order_line_order on order_line (order_id);
