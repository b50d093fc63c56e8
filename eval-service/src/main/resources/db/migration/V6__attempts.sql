alter table run add column attempt integer not null default 1;

comment on column run.attempt is 'From 1; resuming and retrying begin the next. A failure that a worker met in an earlier one does not end the run.';
