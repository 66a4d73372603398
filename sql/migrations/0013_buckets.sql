-- Buckets of 2,048 lines, and of as many moves of stock: what is written together lies on a handful of pages of these indexes, of
-- which an import changed eleven in each transaction and a group of orders thirty-five, more than half of all that they wrote.
drop index order_line_sold;
create index order_line_sold on order_line ((id / 2048), version_id, order_id);
drop index stock_move_product;
create index stock_move_product on stock_move ((id / 2048), product_id);
