-- What is counted over all examples of a run comes from this index alone, their texts are not read.
alter table example add column metric_values_hash bigint
  generated always as (hash_array_extended(metric_values, 0)) stored;

comment on column example.metric_values_hash is 'Equal where metric_values are.';

create index example_scores on example (run_id, task_position, example_index)
  include (group_name, metric_values_hash, correct, seconds) where state = 'DONE';
