-- A run measures a text, as before, or tasks: then the columns of the text are null.
alter table run alter column protocol drop not null;
alter table run alter column text drop not null;
alter table run alter column format drop not null;
alter table run alter column text_sha256 drop not null;
alter table run add constraint run_subject check (num_nulls(protocol, text, format, text_sha256) in (0, 4));
alter table run drop constraint run_check3;
alter table run add constraint run_done check (state <> 'DONE' or windows is not null or protocol is null);
alter table run drop constraint run_state_check;
alter table run add constraint run_state_check
  check (state in ('QUEUED', 'RUNNING', 'PAUSED', 'DONE', 'FAILED', 'CANCELLED'));
alter table run add column example_limit integer check (example_limit >= 1);
alter table run add column repeats bigint references run on delete set null;

comment on table run is 'One evaluation: a model, a text or tasks, and the settings of retrieval_setting beside the base model.';
comment on column run.example_limit is 'Most examples of each task, or of each of its sub-tasks; null for all.';
comment on column run.repeats is 'The run that this one was asked to repeat.';

create table run_task (
  run_id                    bigint not null references run on delete cascade,
  position                  integer not null,
  name                      text not null,
  version                   integer not null,
  kind                      text not null check (kind in ('score', 'next_token', 'generate', 'perplexity')),
  definition                text not null,
  metrics                   text[] not null,
  files                     text[] not null,
  files_sha256              text[] not null,

  examples                  integer,
  tokens                    bigint,
  scored_tokens             bigint,
  words                     bigint,

  primary key (run_id, position),
  unique (run_id, name),
  check (cardinality(files) = cardinality(files_sha256)),
  check (num_nulls(tokens, scored_tokens, words) in (0, 3))
);

comment on table run_task is 'A task of a run, as it was when the run was asked for.';
comment on column run_task.definition is 'The text of the task''s file: what is carried out.';
comment on column run_task.metrics is 'Names of what is reported, the headline first: the order of example.metric_values.';
comment on column run_task.files is 'Data files that are read, relative to the data folder; the run goes on only with the same digests.';
comment on column run_task.examples is 'How many there are; null until the data has been read.';
comment on column run_task.tokens is 'Of a perplexity task, as the columns of the same names in run.';

create table example (
  run_id                    bigint not null,
  task_position             integer not null,
  example_index             integer not null,
  group_name                text not null,
  state                     text not null check (state in ('PENDING', 'DONE', 'FAILED')),
  error                     text,

  prompt                    text,
  expected                  text,
  predictions               text[],
  correct                   boolean[],
  scores                    double precision[],
  metric_values             double precision[],
  details                   text,
  seconds                   double precision,

  primary key (run_id, task_position, example_index),
  foreign key (run_id, task_position) references run_task on delete cascade,
  check ((state = 'FAILED') = (error is not null)),
  check (num_nulls(prompt, expected, predictions, correct, scores, metric_values, details, seconds)
         = case state when 'DONE' then 0 else 8 end)
);

comment on table example is 'An example of a task. A worker locks the rows it evaluates (for update skip locked) until their results are committed; those of a worker that dies are free again.';
comment on column example.example_index is 'Place among the examples of the task, from 0.';
comment on column example.group_name is 'Sub-task; empty in a task of one.';
comment on column example.error is 'Why the example could not be evaluated.';
comment on column example.predictions is 'Of the base model, then of each setting in its position; so are correct and scores.';
comment on column example.scores is 'Value of the headline metric.';
comment on column example.metric_values is 'Values of all metrics: those of the base model in their order, then those of each setting.';
comment on column example.details is 'JSON, an array with an object for each setting: scores of each option, predictions of each rule, tokens of the continuation.';

-- What is to be claimed, and what failed.
create index example_pending on example (run_id, task_position, example_index) where state = 'PENDING';
create index example_failed on example (run_id, task_position, example_index) where state = 'FAILED';
