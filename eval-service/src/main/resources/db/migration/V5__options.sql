alter table example add column options text[];

comment on column example.options is 'Options to choose among, for people; empty where there are none, null in rows written before this column.';
