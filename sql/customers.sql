-- name: find_by_code
-- Customers by the pseudonymous code of a file.
select id, code from customer where code in :codes order by id;

-- name: find_by_email
-- The customer whose address has this keyed hash.
select id, sealed, email_index, phone_index from customer where email_index = :email_index;

-- name: find_by_phone
-- The first customer whose number has this keyed hash and whose address is not known.
select id, sealed, email_index, phone_index
from customer
where phone_index = :phone_index and email_index is null
order by id
limit 1;

-- name: find_any_by_phone
-- The first customer whose number has this keyed hash.
select id, sealed, email_index, phone_index
from customer
where phone_index = :phone_index
order by id
limit 1;

-- name: insert_customers
-- Add customers.
insert into customer (id, code, email_index, phone_index, sealed, created_ms, seq)
values :rows(id, code, email_index, phone_index, sealed, created_ms, seq);

-- name: update_customer
-- Keep what has become known of a customer.
update customer
set email_index = :email_index, phone_index = :phone_index, sealed = :sealed
where id = :id;

-- name: find_sealed
-- The sealed fields of one customer.
select sealed from customer where id = :id;
