alter table retrieval_setting add column oracle_rank integer check (oracle_rank between 1 and k);
alter table retrieval_setting add column oracle_distance real check (oracle_distance >= 0);
alter table retrieval_setting add constraint retrieval_setting_oracle
  check (num_nonnulls(oracle_rank, oracle_distance) <= 1);

comment on column retrieval_setting.oracle_rank is 'The right answer''s tokens are put among the neighbours at this rank; null, as oracle_distance, for plain retrieval.';
comment on column retrieval_setting.oracle_distance is 'The same at a set distance.';

-- A run of a text has its windows in scored_window, a perplexity task in example; what both keep of tokens is alike.
create table window_tokens (
  run_id                    bigint not null references run on delete cascade,
  task_position             integer not null,
  window_index              integer not null,
  tokens                    bytea not null,
  log_probs                 bytea not null,
  primary key (run_id, task_position, window_index)
);

comment on table window_tokens is 'The tokens of a scored window, and what each model made of its targets.';
comment on column window_tokens.task_position is '0 in a run of a text.';
comment on column window_tokens.tokens is 'Token ids, int32 little-endian; the last ones are the targets.';
comment on column window_tokens.log_probs is 'Natural logarithms, float32 little-endian: of all targets by the base model, then by each setting in its position.';
