create table run (
  id                        bigint generated always as identity primary key,
  name                      text not null,
  protocol                  text not null check (protocol in ('WIKITEXT', 'BLOCKS')),
  text                      text not null,
  format                    text not null check (format in ('jsonl', 'lines')),
  text_field                text,
  state                     text not null check (state in ('QUEUED', 'RUNNING', 'DONE', 'FAILED', 'CANCELLED')),
  error                     text,
  created_at                timestamp(6) with time zone not null,
  started_at                timestamp(6) with time zone,
  finished_at               timestamp(6) with time zone,

  text_sha256               text not null,
  model_id                  text not null,
  model_type                text not null,
  model_sha256              text not null,
  tokenizer_sha256          text not null,
  model_datatype            text not null,
  model_device              text not null,
  model_max_sequence_length integer not null,
  model_max_sequences       integer not null,
  lm_service_version        text not null,
  service_version           text not null,
  git_revision              text not null,

  block_size                integer,
  stride                    integer,
  windows                   integer,
  tokens                    bigint,
  scored_tokens             bigint,
  words                     bigint,

  check ((state = 'FAILED') = (error is not null)),
  check ((format = 'jsonl') = (text_field is not null)),
  check (num_nulls(block_size, stride, windows, tokens, scored_tokens, words) in (0, 6)),
  check (state <> 'DONE' or windows is not null)
);

comment on table run is 'One evaluation: a model, a text, a protocol, and the settings of retrieval_setting beside the base model.';
comment on column run.text is 'File, relative to the folder of texts.';
comment on column run.text_field is 'Field of a JSON object that holds the text.';
comment on column run.error is 'Why the run failed.';
comment on column run.model_sha256 is 'Identity of weights and configuration; the run goes on only with the same.';
comment on column run.git_revision is 'Revision that eval-service was built from; empty when unknown.';
comment on column run.block_size is 'Tokens in the longest window. The six columns from here on are known once the text is tokenised.';
comment on column run.tokens is 'All tokens, special ones included, before anything is cut.';
comment on column run.scored_tokens is 'Targets of all windows.';
comment on column run.words is 'Words of the uncut text, separated by white space.';

-- What is taken up next, and after a restart again.
create index run_unfinished on run (id) where state in ('QUEUED', 'RUNNING');

create table retrieval_setting (
  run_id                    bigint not null references run on delete cascade,
  position                  integer not null,
  datastore                 text not null,
  k                         integer not null check (k >= 1),
  temperature               real not null check (temperature > 0),
  lambda                    real not null check (lambda between 0 and 1),
  nprobe                    integer check (nprobe >= 1),
  exact_distances           boolean not null,

  datastore_keys            bigint,
  datastore_dimension       integer,
  datastore_model_sha256    text,
  datastore_index           text,
  datastore_nprobe          integer,
  index_service_version     text,

  primary key (run_id, position)
);

comment on table retrieval_setting is 'How neighbours change the distribution, and what the datastore was when the run was asked for (null: index-service did not say).';
comment on column retrieval_setting.position is 'Place among the settings of the run, from 0.';
comment on column retrieval_setting.nprobe is 'Lists that an IVF index visits; null for the index''s own setting.';

create table scored_window (
  run_id                    bigint not null references run on delete cascade,
  window_index              integer not null,
  start_token               bigint not null,
  length                    integer not null,
  targets                   integer not null check (targets between 1 and length - 1),
  losses                    double precision[] not null,
  seconds                   double precision not null,
  primary key (run_id, window_index)
);

comment on table scored_window is 'A window that is scored, committed as it is done: the checkpoint of its run.';
comment on column scored_window.start_token is 'Index of the first token among all tokens of the text.';
comment on column scored_window.targets is 'Tokens that were predicted.';
comment on column scored_window.losses is 'Mean cross-entropy of the targets in nats: the base model''s, then that of each setting in its position.';
comment on column scored_window.seconds is 'Wall-clock time that it took.';
