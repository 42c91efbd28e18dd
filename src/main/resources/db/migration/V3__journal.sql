-- The activities' journal: the tables of Pekko Persistence JDBC 1.1.1 (schema/postgres in its jar),
-- in a schema of their own, because nobody but the server reads them.

create schema journal;
comment on schema journal is 'Internal: the server''s own journal. Not for analysts; its shape is the library''s.';

create table journal.event_journal (
  ordering           bigserial,
  persistence_id     varchar(255) not null,
  sequence_number    bigint       not null,
  deleted            boolean      default false not null,
  writer             varchar(255) not null,
  write_timestamp    bigint,
  adapter_manifest   varchar(255),
  event_ser_id       integer      not null,
  event_ser_manifest varchar(255) not null,
  event_payload      bytea        not null,
  meta_ser_id        integer,
  meta_ser_manifest  varchar(255),
  meta_payload       bytea,
  primary key (persistence_id, sequence_number)
);
create unique index event_journal_ordering_idx on journal.event_journal (ordering);

comment on table  journal.event_journal                    is 'Internal: what happened to each activity (created, opened, paused, stock set, epoch opened). The primary key lets one writer win.';
comment on column journal.event_journal.ordering           is 'Internal: number over all events, with gaps.';
comment on column journal.event_journal.persistence_id     is 'Internal: which activity.';
comment on column journal.event_journal.sequence_number    is 'Internal: number of the event in its activity: 1, 2, 3 …';
comment on column journal.event_journal.deleted            is 'Internal: true: no longer replayed.';
comment on column journal.event_journal.writer             is 'Internal: UUID of the writing instance.';
comment on column journal.event_journal.write_timestamp    is 'Internal: milliseconds since 1970-01-01T00:00:00Z, by the server''s clock.';
comment on column journal.event_journal.adapter_manifest   is 'Internal: event adapter, empty without one.';
comment on column journal.event_journal.event_ser_id       is 'Internal: which serializer wrote the event.';
comment on column journal.event_journal.event_ser_manifest is 'Internal: the event''s type, for its serializer.';
comment on column journal.event_journal.event_payload      is 'Internal: the event, serialized.';
comment on column journal.event_journal.meta_ser_id        is 'Internal: which serializer wrote the metadata.';
comment on column journal.event_journal.meta_ser_manifest  is 'Internal: the metadata''s type, for its serializer.';
comment on column journal.event_journal.meta_payload       is 'Internal: the metadata, serialized.';

create table journal.event_tag (
  event_id bigint,
  tag      varchar(256),
  primary key (event_id, tag),
  constraint fk_event_journal
    foreign key (event_id) references journal.event_journal (ordering) on delete cascade
);

comment on table  journal.event_tag          is 'Internal: tags of events, to find them across activities.';
comment on column journal.event_tag.event_id is 'Internal: the event''s ordering.';
comment on column journal.event_tag.tag      is 'Internal: the tag.';

create table journal.snapshot (
  persistence_id        varchar(255) not null,
  sequence_number       bigint       not null,
  created               bigint       not null,
  snapshot_ser_id       integer      not null,
  snapshot_ser_manifest varchar(255) not null,
  snapshot_payload      bytea        not null,
  meta_ser_id           integer,
  meta_ser_manifest     varchar(255),
  meta_payload          bytea,
  primary key (persistence_id, sequence_number)
);

comment on table  journal.snapshot                       is 'Internal: an activity''s state after an event, so that a replay is short.';
comment on column journal.snapshot.persistence_id        is 'Internal: which activity.';
comment on column journal.snapshot.sequence_number       is 'Internal: number of the last event in it.';
comment on column journal.snapshot.created               is 'Internal: milliseconds since 1970-01-01T00:00:00Z, by the server''s clock.';
comment on column journal.snapshot.snapshot_ser_id       is 'Internal: which serializer wrote the state.';
comment on column journal.snapshot.snapshot_ser_manifest is 'Internal: the state''s type, for its serializer.';
comment on column journal.snapshot.snapshot_payload      is 'Internal: the state, serialized.';
comment on column journal.snapshot.meta_ser_id           is 'Internal: which serializer wrote the metadata.';
comment on column journal.snapshot.meta_ser_manifest     is 'Internal: the metadata''s type, for its serializer.';
comment on column journal.snapshot.meta_payload          is 'Internal: the metadata, serialized.';
