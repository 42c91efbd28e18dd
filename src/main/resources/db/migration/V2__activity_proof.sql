-- The proof that anyone can check. One statement sees one snapshot, and rows and ledger change in
-- one transaction, so it holds at every moment, also in the middle of a sale.

create view activity_proof as
select
  known.activity_id,
  activity.title,
  coalesce(ledger.stock, activity.stock, 0) as stock,
  coalesce(ledger.sold, 0)                  as sold,
  counted.orders,
  counted.max_sequence,
  counted.gaps,
  counted.duplicates,
  refused.conflicts,
  nullif(
    concat_ws(
      '; ',
      case when ledger.activity_id is null and counted.orders > 0
        then 'orders, but no ledger' end,
      case when ledger.sold > ledger.stock
        then format('oversold: %s sold of %s', ledger.sold, ledger.stock) end,
      case when counted.orders <> coalesce(ledger.sold, 0)
        then format('%s orders (expected: %s, as sold)', counted.orders, coalesce(ledger.sold, 0)) end,
      case when counted.max_sequence <> coalesce(ledger.sold, 0)
        then format('last sequence %s (expected: %s, as sold)', counted.max_sequence, coalesce(ledger.sold, 0)) end,
      case when counted.gaps > 0
        then format('%s gaps in the sequence', counted.gaps) end,
      case when counted.duplicates > 0
        then format('%s duplicates', counted.duplicates) end,
      case when refused.conflicts > 0
        then format('%s conflicts', refused.conflicts) end
    ),
    ''
  ) as problem
from (
  select activity_id from activities
  union select activity_id from ledgers
  union select activity_id from orders
  union select activity_id from conflicts
) known
left join activities activity on activity.activity_id = known.activity_id
left join ledgers ledger on ledger.activity_id = known.activity_id
cross join lateral (
  select
    count(*) as orders,
    coalesce(max(sequence), 0) as max_sequence,
    coalesce(max(sequence), 0) - count(distinct sequence) filter (where sequence >= 1) as gaps,
    (count(*) - count(distinct user_id)) + (count(*) - count(distinct sequence)) as duplicates
  from orders where orders.activity_id = known.activity_id
) counted
cross join lateral (
  select count(*) as conflicts from conflicts where conflicts.activity_id = known.activity_id
) refused;

comment on view   activity_proof              is 'The promise, checked: one row per activity. All is well where problem is null: select * from activity_proof where problem is not null must find nothing.';
comment on column activity_proof.activity_id  is 'The sale.';
comment on column activity_proof.title        is 'For people. Null: its row in activities has not arrived yet.';
comment on column activity_proof.stock        is 'Units on sale, by the ledger; by activities before the first epoch.';
comment on column activity_proof.sold         is 'Units sold, by the ledger. At most stock.';
comment on column activity_proof.orders       is 'Rows in orders. Must be sold.';
comment on column activity_proof.max_sequence is 'Highest sequence in orders, 0 without any. Must be sold.';
comment on column activity_proof.gaps         is 'Sequences from 1 to max_sequence that no order has. Must be 0.';
comment on column activity_proof.duplicates   is 'Orders beyond the first of one shopper, and beyond the first of one sequence. Must be 0.';
comment on column activity_proof.conflicts    is 'Rows in conflicts. Must be 0.';
comment on column activity_proof.problem      is 'What is wrong, in words. Null: nothing.';
