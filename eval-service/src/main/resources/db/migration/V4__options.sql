alter table example add column options text[];

comment on column example.options is 'Options to choose among, for people; null where there are none, and in rows written before this column.';
