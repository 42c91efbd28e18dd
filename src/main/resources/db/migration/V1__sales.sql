-- What the sales log says, for those who read. Only the projection writes here (activities: the
-- journal's writer). Rows, ledger and position change in one transaction.

create table activities (
  activity_id    text        primary key,
  title          text        not null,
  product_id     text        not null,
  price_amount   bigint      not null,
  price_currency text        not null,
  stock          bigint      not null,
  opens_at       timestamptz,
  closes_at      timestamptz,
  opened         boolean     not null,
  paused         boolean     not null,
  closed         boolean     not null,
  journal_seq    bigint      not null,
  created_at     timestamptz not null default now(),
  updated_at     timestamptz not null default now()
);

comment on table  activities                is 'One row per sale, as its journal has it. What was really sold stands in orders; whether all is well in activity_proof.';
comment on column activities.activity_id    is 'Names the sale: 1 to 63 characters of a-z, 0-9 and -.';
comment on column activities.title          is 'For people, 1 to 200 characters.';
comment on column activities.product_id     is 'The shop''s own name for the thing on sale, 1 to 128 characters.';
comment on column activities.price_amount   is 'Unit price in minor units of the currency (cents), 0 to 10^12.';
comment on column activities.price_currency is 'ISO 4217, three capital letters.';
comment on column activities.stock          is 'Units on sale as last ordered by an operator, 1 to 10,000,000. The selling obeys ledgers.stock, which follows.';
comment on column activities.opens_at       is 'Nothing is sold before this time. Null: at once.';
comment on column activities.closes_at      is 'Nothing is sold after this time. Null: never closes by itself.';
comment on column activities.opened         is 'True: it has been open at some time. Never goes back.';
comment on column activities.paused         is 'True: an operator holds the sale; nothing is sold until resumed.';
comment on column activities.closed         is 'True: over for good. Never goes back.';
comment on column activities.journal_seq    is 'Number of the journal event that made this row so, 1 or more. A lower one never overwrites a higher one.';
comment on column activities.created_at     is 'When this row was first stored, by the database''s clock.';
comment on column activities.updated_at     is 'When this row was last changed, by the database''s clock.';

create table orders (
  order_id     uuid        primary key,
  activity_id  text        not null,
  product_id   text        not null,
  user_id      text        not null,
  quantity     integer     not null,
  unit_price   bigint      not null,
  currency     text        not null,
  sequence     bigint      not null,
  epoch        bigint      not null,
  claimed_at   timestamptz not null,
  confirmed_at timestamptz not null,
  stored_at    timestamptz not null default now(),
  constraint one_order_per_shopper unique (activity_id, user_id),
  constraint one_order_per_place   unique (activity_id, sequence)
);
create index orders_of_a_shopper on orders (user_id, confirmed_at desc, order_id);

comment on table  orders              is 'One row per confirmed purchase. A row is never changed and never removed. No foreign key to activities: an order is true also before its activity''s row arrives.';
comment on column orders.order_id     is 'Name-based UUID (version 3) of activity_id/user_id: the same purchase always has the same id.';
comment on column orders.activity_id  is 'The sale it was bought in.';
comment on column orders.product_id   is 'What was bought, as the sale said at that time.';
comment on column orders.user_id      is 'The shopper: 1 to 64 characters of A-Z, a-z, 0-9 and . _ @ | : -';
comment on column orders.quantity     is 'Units bought; 1 for now.';
comment on column orders.unit_price   is 'Price of one unit in minor units of the currency (cents), 0 to 10^12.';
comment on column orders.currency     is 'ISO 4217, three capital letters.';
comment on column orders.sequence     is 'Place in the activity: 1 to sold, without a gap, in the order of the sales log.';
comment on column orders.epoch        is 'Which term of the activity''s actor sold it, 1 or more.';
comment on column orders.claimed_at   is 'When the server admitted the claim, by that server''s clock, milliseconds.';
comment on column orders.confirmed_at is 'When the sales log took the record that decided it, by the broker''s clock, milliseconds. The shopper was told after this.';
comment on column orders.stored_at    is 'When this row was stored, by the database''s clock. stored_at - confirmed_at is how far the projection was behind.';

create table ledgers (
  activity_id text        primary key,
  epoch       bigint      not null,
  incarnation bigint      not null,
  seq         bigint      not null,
  sold        bigint      not null,
  stock       bigint      not null,
  closed      boolean     not null,
  updated_at  timestamptz not null default now(),
  constraint never_oversold check (sold between 0 and stock)
);

comment on table  ledgers             is 'Where the fold over the sales log stands, per activity. Every fold resumes from here, never from orders.';
comment on column ledgers.activity_id is 'The sale.';
comment on column ledgers.epoch       is 'The term of the activity''s actor that may sell now, 1 or more.';
comment on column ledgers.incarnation is 'Random number of that actor''s start: any 64-bit number. Tells two actors of one epoch apart.';
comment on column ledgers.seq         is 'Number of the last batch accepted in this epoch; 0 before the first.';
comment on column ledgers.sold        is 'Units sold since the beginning, over all epochs: 0 to stock.';
comment on column ledgers.stock       is 'Units on sale in this epoch, never below sold.';
comment on column ledgers.closed      is 'True: nothing is sold any more.';
comment on column ledgers.updated_at  is 'When this row was last changed, by the database''s clock.';

create table sales_log_positions (
  partition   integer     primary key,
  next_offset bigint      not null,
  updated_at  timestamptz not null default now()
);

comment on table  sales_log_positions             is 'How far each partition of the sales log is folded. Changes first in every transaction of the projection, by compare-and-set, so that of two consumers one rolls back.';
comment on column sales_log_positions.partition   is 'Kafka partition, 0 or more.';
comment on column sales_log_positions.next_offset is 'Offset of the first record that is not folded yet, 0 or more.';
comment on column sales_log_positions.updated_at  is 'When this row was last changed, by the database''s clock.';

create table quarantine (
  partition     integer     not null,
  record_offset bigint      not null,
  record_time   timestamptz not null,
  record_key    bytea,
  record_value  bytea,
  why           text        not null,
  stored_at     timestamptz not null default now(),
  primary key (partition, record_offset)
);

comment on table  quarantine               is 'Records of the sales log that nobody can read. They sold nothing. Should be empty: a row means that somebody else writes to the topic.';
comment on column quarantine.partition     is 'Kafka partition, 0 or more.';
comment on column quarantine.record_offset is 'The record''s offset in its partition, 0 or more.';
comment on column quarantine.record_time   is 'When the sales log took the record, by the broker''s clock.';
comment on column quarantine.record_key    is 'The record''s key, as it was. Null: it had none.';
comment on column quarantine.record_value  is 'The record''s value, as it was. Null: it had none.';
comment on column quarantine.why           is 'What is wrong with it, and what was expected.';
comment on column quarantine.stored_at     is 'When this row was stored, by the database''s clock.';

create table conflicts (
  partition     integer     not null,
  record_offset bigint      not null,
  activity_id   text        not null,
  sequence      bigint      not null,
  order_id      uuid        not null,
  user_id       text        not null,
  epoch         bigint      not null,
  claimed_at    timestamptz not null,
  confirmed_at  timestamptz not null,
  stored_at     timestamptz not null default now(),
  primary key (partition, record_offset, activity_id, sequence)
);

comment on table  conflicts               is 'Sales that the log decided and orders could not take, because the shopper or the place was taken already. Must be empty: a row means that somebody changed Redis or orders by hand.';
comment on column conflicts.partition     is 'Kafka partition of the deciding record, 0 or more.';
comment on column conflicts.record_offset is 'Offset of the deciding record, 0 or more.';
comment on column conflicts.activity_id   is 'The sale.';
comment on column conflicts.sequence      is 'The place in the activity that it was given, 1 or more.';
comment on column conflicts.order_id      is 'The order''s id.';
comment on column conflicts.user_id       is 'The shopper.';
comment on column conflicts.epoch         is 'Which term of the activity''s actor sold it, 1 or more.';
comment on column conflicts.claimed_at    is 'When the server admitted the claim, by that server''s clock.';
comment on column conflicts.confirmed_at  is 'When the sales log took the deciding record, by the broker''s clock.';
comment on column conflicts.stored_at     is 'When this row was stored, by the database''s clock.';
