-- The orders of a product are found bucket by bucket, each of 8,192 lines in a row: what is written together then lies on a
-- few pages of the index, where each line of an invoice used to change a page of its own.
drop index order_line_product;
create index order_line_sold on order_line ((id / 8192), version_id, order_id);

-- All time is the sum of its months; what a process remembers of the closed ones answers it (decision 0004).
delete from product_month where month = 0;
