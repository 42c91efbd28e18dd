-- Shopper ids come in no order. A hash index takes them at a third of what the B-tree over (user_id,
-- confirmed_at, order_id) cost: with it every order was a fifth dearer (docs/PERFORMANCE.md). A
-- shopper has few orders; they are sorted when they are read.

drop index orders_of_a_shopper;
create index orders_of_a_shopper on orders using hash (user_id);
