package org.knnlm.eval.db;

import io.quarkus.narayana.jta.QuarkusTransaction;
import io.quarkus.narayana.jta.runtime.TransactionConfiguration;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.persistence.EntityManager;
import jakarta.persistence.LockModeType;
import jakarta.persistence.TypedQuery;
import jakarta.transaction.Transactional;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.hibernate.Session;
import org.knnlm.eval.example.ExampleFilter;
import org.knnlm.eval.example.ExampleOrder;
import org.knnlm.eval.example.ExampleResult;
import org.knnlm.eval.example.ExampleState;
import org.knnlm.eval.example.ExampleStore;
import org.knnlm.eval.example.MetricSum;
import org.knnlm.eval.example.TaskPlan;
import org.knnlm.eval.example.TaskProgress;
import org.knnlm.eval.perplexity.TextCounts;
import org.knnlm.eval.run.Page;
import org.knnlm.eval.run.Run;
import org.knnlm.eval.run.RunState;
import org.knnlm.eval.run.RunStore;

/** Examples in the tables of this service. */
@ApplicationScoped
@Transactional
public class PanacheExampleStore implements ExampleStore {
  /** What Hibernate takes for {@code skip locked}. */
  private static final int SKIP_LOCKED = -2;

  /** A claim is a transaction as long as a model takes for its examples. */
  private static final Duration LONGEST_CLAIM = Duration.ofDays(1);

  private final RunStore runStore;
  private final RunRepository runs;
  private final RunTaskRepository tasks;
  private final ExampleRepository examples;
  private final WindowTokensRepository windowTokens;
  private final EntityManager database;

  PanacheExampleStore(
      RunStore runStore,
      RunRepository runs,
      RunTaskRepository tasks,
      ExampleRepository examples,
      WindowTokensRepository windowTokens,
      EntityManager database) {
    this.runStore = runStore;
    this.runs = runs;
    this.tasks = tasks;
    this.examples = examples;
    this.windowTokens = windowTokens;
    this.database = database;
  }

  @Override
  public List<Run> unfinished() {
    return runs
        .find(
            "select id from RunEntity where protocol is null and state in ?1 order by id",
            List.of(RunState.QUEUED, RunState.RUNNING))
        .project(Long.class)
        .list()
        .stream()
        .flatMap(id -> runStore.find(id).stream())
        .toList();
  }

  /** Many rows are written, once. */
  @Override
  @TransactionConfiguration(timeout = 3600)
  public void begin(Run run, List<TaskPlan> plans) {
    // Others who plan the same run wait here, and find it planned.
    runs.findById(run.id(), LockModeType.PESSIMISTIC_WRITE);
    for (int i = 0; i < plans.size(); i++) {
      RunTaskEntity task = tasks.findById(new RunTaskEntity.Key(run.id(), i));
      if (task.examples == null) {
        plan(task, plans.get(i));
      }
    }
    runStore.begin(run.id());
  }

  private void plan(RunTaskEntity task, TaskPlan plan) {
    task.examples = plan.examples();
    plan.counts()
        .ifPresent(
            counts -> {
              task.tokens = counts.tokens();
              task.scoredTokens = counts.scoredTokens();
              task.words = counts.words();
            });
    for (TaskPlan.Group group : plan.groups()) {
      database
          .createNativeQuery(
              """
              insert into example (run_id, task_position, example_index, group_name, state)
              select :run, :task, i, :name, 'PENDING' from generate_series(:first, :last) i""")
          .setParameter("run", task.key.run())
          .setParameter("task", task.key.position())
          .setParameter("name", group.name())
          .setParameter("first", group.first())
          .setParameter("last", group.end() - 1)
          .executeUpdate();
    }
  }

  @Override
  @Transactional(Transactional.TxType.NOT_SUPPORTED)
  public Claim next(long run, int batch, Work work) throws InterruptedException {
    try {
      return QuarkusTransaction.requiringNew()
          .timeout((int) LONGEST_CLAIM.toSeconds())
          .call(() -> claim(run, batch, work));
    } catch (AbandonedException e) {
      if (e.getCause() instanceof InterruptedException interruption) {
        throw interruption;
      }
      return Claim.STOPPED;
    }
  }

  /** Rolls the transaction of a claim back. */
  private static final class AbandonedException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    AbandonedException(InterruptedException cause) {
      super(cause);
    }
  }

  private Claim claim(long run, int batch, Work work) {
    Optional<ExampleEntity> first = firstOfABatch(run, batch);
    if (first.isEmpty()) {
      return examples.count("key.run = ?1 and state = ?2", run, ExampleState.PENDING) > 0
          ? Claim.ALL_TAKEN
          : Claim.NONE_LEFT;
    }
    int task = first.get().key.task();
    SortedMap<Integer, ExampleEntity> claimed = new TreeMap<>();
    examples
        .find(
            "key.run = ?1 and key.task = ?2 and key.index >= ?3 and key.index < ?4 and state = ?5",
            run,
            task,
            first.get().key.index(),
            first.get().key.index() / batch * batch + batch,
            ExampleState.PENDING)
        .withLock(LockModeType.PESSIMISTIC_WRITE)
        .stream()
        .forEach(example -> claimed.put(example.key.index(), example));
    List<Evaluated> results;
    try {
      results = work.evaluate(task, List.copyOf(claimed.keySet()));
    } catch (InterruptedException e) {
      throw new AbandonedException(e);
    }
    // The lock makes a cancellation wait until these are in, or these see it.
    RunState state = runs.findById(run, LockModeType.PESSIMISTIC_READ).state;
    if (state != RunState.RUNNING && state != RunState.PAUSED) {
      throw new AbandonedException(null);
    }
    for (Evaluated result : results) {
      ExampleEntity example = claimed.get(result.index());
      switch (result) {
        case Evaluated.Done done -> {
          example.done(done.graded(), done.seconds());
          done.graded()
              .tokens()
              .ifPresent(
                  tokens ->
                      windowTokens.persist(WindowTokensEntity.of(run, task, done.index(), tokens)));
        }
        case Evaluated.Failed failed -> example.failed(failed.error());
      }
    }
    return Claim.EVALUATED;
  }

  /** The first PENDING example of a batch is its lock: who has it has them all. */
  private Optional<ExampleEntity> firstOfABatch(long run, int batch) {
    return examples
        .find(
            "from ExampleEntity e where e.key.run = ?1 and e.state = ?2 and e.key.index ="
                + " (select min(b.key.index) from ExampleEntity b where b.key.run = e.key.run"
                + " and b.key.task = e.key.task and b.state = ?2 and b.key.index <= e.key.index"
                + " and b.key.index >= e.key.index - mod(e.key.index, ?3))"
                + " order by e.key.task, e.key.index",
            run,
            ExampleState.PENDING,
            batch)
        .page(0, 1)
        .withLock(LockModeType.PESSIMISTIC_WRITE)
        .withHint("jakarta.persistence.lock.timeout", SKIP_LOCKED)
        .list()
        .stream()
        .findFirst();
  }

  @Override
  public void finish(long run) {
    runs.findById(run, LockModeType.PESSIMISTIC_WRITE);
    if (examples.count("key.run = ?1 and state = ?2", run, ExampleState.PENDING) == 0) {
      runStore.finish(run);
    }
  }

  @Override
  public int retry(long run) {
    int failed =
        examples.update(
            "state = ?1, error = null where key.run = ?2 and state = ?3",
            ExampleState.PENDING,
            run,
            ExampleState.FAILED);
    if (failed > 0) {
      runs.beginNextAttempt(run, RunState.DONE, RunState.FAILED);
    }
    return failed;
  }

  @Override
  public List<TaskProgress> progress(long run) {
    List<TaskProgress> all = new ArrayList<>();
    Map<Integer, Object[]> done = byTask(run, "DONE");
    Map<Integer, Object[]> failed = byTask(run, "FAILED");
    Object[] none = {0, 0L, 0.0};
    for (RunTaskEntity task : tasks.list("key.run = ?1 order by key.position", run)) {
      Object[] evaluated = done.getOrDefault(task.key.position(), none);
      all.add(
          new TaskProgress(
              task.name,
              task.examples == null ? 0 : task.examples,
              ((Number) evaluated[1]).intValue(),
              ((Number) failed.getOrDefault(task.key.position(), none)[1]).intValue(),
              ((Number) evaluated[2]).doubleValue()));
    }
    return all;
  }

  /** Task, number and seconds of examples; a state at a time, as the indices are. */
  private Map<Integer, Object[]> byTask(long run, String state) {
    return database
        .createQuery(
            "select key.task, count(*), coalesce(sum(seconds), 0.0) from ExampleEntity"
                + " where key.run = :run and state = %s group by key.task".formatted(state),
            Object[].class)
        .setParameter("run", run)
        .getResultStream()
        .collect(Collectors.toMap(row -> (Integer) row[0], row -> row));
  }

  @Override
  public Page<ExampleResult> examples(
      Run run, ExampleFilter filter, ExampleOrder order, int page, int size) {
    var where = new StringBuilder("key.run = :run");
    Map<String, Object> parameters = new HashMap<>();
    parameters.put("run", run.id());
    filter
        .task()
        .ifPresent(
            task -> {
              where.append(" and key.task = :task");
              parameters.put("task", position(run, task));
            });
    filter
        .group()
        .ifPresent(
            group -> {
              where.append(" and group = :group");
              parameters.put("group", group);
            });
    filter
        .state()
        .ifPresent(
            state -> {
              where.append(" and state = :state");
              parameters.put("state", state);
            });
    if (filter.correct().isPresent() || filter.changed().isPresent()) {
      where.append(" and state = DONE"); // others are neither right nor wrong; an index has these
    }
    // The place in an array is a number of ours, never a text of a request.
    int place = 1 + filter.setting().orElse(0);
    filter
        .correct()
        .ifPresent(
            correct -> {
              where.append(" and array_get(correct, %d) = :correct".formatted(place));
              parameters.put("correct", correct);
            });
    filter
        .changed()
        .ifPresent(
            changed ->
                where.append(
                    " and array_get(correct, %d) %s array_get(correct, 1)"
                        .formatted(place, changed ? "<>" : "=")));
    // Keys first: the texts of many examples need not be put in order with them.
    TypedQuery<ExampleEntity.Key> query =
        database.createQuery(
            "select key from ExampleEntity where " + where + orderBy(order, place),
            ExampleEntity.Key.class);
    parameters.forEach(query::setParameter);
    List<ExampleEntity.Key> keys =
        query.setFirstResult(Math.multiplyExact(page, size)).setMaxResults(size).getResultList();
    Map<ExampleEntity.Key, ExampleEntity> found = new HashMap<>();
    examples.list("key in ?1", keys).forEach(example -> found.put(example.key, example));
    return new Page<>(
        keys.stream().map(key -> result(run, found.get(key))).toList(),
        page,
        size,
        examples.count(where.toString(), parameters));
  }

  /** The place is a number of ours, as above. */
  private static String orderBy(ExampleOrder order, int place) {
    String direction = order.descending() ? " desc" : " asc";
    String first =
        switch (order.by()) {
          case INDEX -> "";
          case SCORE -> "array_get(scores, %d)%s nulls last, ".formatted(place, direction);
          case GAIN ->
              "array_get(scores, %d) - array_get(scores, 1)%s nulls last, "
                  .formatted(place, direction);
          case SECONDS -> "seconds%s nulls last, ".formatted(direction);
        };
    String last = order.by() == ExampleOrder.By.INDEX ? direction : "";
    return " order by %1$skey.task%2$s, key.index%2$s".formatted(first, last);
  }

  @Override
  public Optional<ExampleResult> example(Run run, String task, int index) {
    return examples
        .findByIdOptional(new ExampleEntity.Key(run.id(), position(run, task), index))
        .map(example -> result(run, example));
  }

  private static int position(Run run, String task) {
    for (int i = 0; i < run.spec().tasks().size(); i++) {
      if (run.spec().tasks().get(i).name().equals(task)) {
        return i;
      }
    }
    return -1;
  }

  private static ExampleResult result(Run run, ExampleEntity example) {
    return example.toDomain(run.spec().tasks().get(example.key.task()));
  }

  @Override
  public List<ExampleResult> done(Run run, String task) {
    return examples
        .list(
            "key.run = ?1 and key.task = ?2 and state = ?3 order by key.index",
            run.id(),
            position(run, task),
            ExampleState.DONE)
        .stream()
        .map(example -> result(run, example))
        .toList();
  }

  /**
   * Of examples that score alike the first is read, and counted for all: an index has the hashes.
   */
  @Override
  public List<MetricSum> sums(long run) {
    List<Object[]> rows =
        database
            .unwrap(Session.class)
            .createNativeQuery(
                """
                select task_position, alike.group_name, cast(place as integer), sum(value * n order by first), cast(sum(n) as bigint)
                from (
                  select task_position, group_name, min(example_index) as first, count(*) as n
                  from example
                  where run_id = :run and state = 'DONE'
                  group by task_position, group_name, metric_values_hash) alike
                join example using (task_position)
                cross join unnest(metric_values) with ordinality as metric(value, place)
                where run_id = :run and example_index = first
                group by task_position, alike.group_name, place
                order by task_position, alike.group_name, place""",
                Object[].class)
            .setParameter("run", run)
            .getResultList();
    return rows.stream()
        .map(
            row ->
                new MetricSum(
                    ((Number) row[0]).intValue(),
                    (String) row[1],
                    ((Number) row[2]).intValue() - 1,
                    ((Number) row[3]).doubleValue(),
                    ((Number) row[4]).longValue()))
        .toList();
  }

  @Override
  public Optional<TextCounts> counts(long run, int task) {
    return tasks
        .findByIdOptional(new RunTaskEntity.Key(run, task))
        .filter(row -> row.tokens != null)
        .map(row -> new TextCounts(row.tokens, row.scoredTokens, row.words));
  }
}
