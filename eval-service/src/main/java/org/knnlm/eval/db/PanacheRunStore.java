package org.knnlm.eval.db;

import io.quarkus.hibernate.orm.panache.PanacheQuery;
import io.quarkus.panache.common.Sort;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.persistence.LockModeType;
import jakarta.transaction.Transactional;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.BitSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.knnlm.eval.perplexity.ScoredWindow;
import org.knnlm.eval.perplexity.WindowTokens;
import org.knnlm.eval.run.Page;
import org.knnlm.eval.run.Plan;
import org.knnlm.eval.run.Progress;
import org.knnlm.eval.run.Provenance;
import org.knnlm.eval.run.Run;
import org.knnlm.eval.run.RunSpec;
import org.knnlm.eval.run.RunState;
import org.knnlm.eval.run.RunStore;

/** Runs in the tables of this service. */
@ApplicationScoped
@Transactional
public class PanacheRunStore implements RunStore {
  private static final Sort NEWEST_FIRST = Sort.descending("id");

  private final RunRepository runs;
  private final RunTaskRepository tasks;
  private final WindowRepository windows;
  private final WindowTokensRepository windowTokens;

  PanacheRunStore(
      RunRepository runs,
      RunTaskRepository tasks,
      WindowRepository windows,
      WindowTokensRepository windowTokens) {
    this.runs = runs;
    this.tasks = tasks;
    this.windows = windows;
    this.windowTokens = windowTokens;
  }

  @Override
  public Run create(RunSpec spec, Provenance provenance, OptionalLong repeats) {
    RunEntity row = RunRows.row(spec, provenance);
    row.state = RunState.QUEUED;
    row.createdAt = now();
    row.repeats = repeats.isPresent() ? repeats.getAsLong() : null;
    runs.persistAndFlush(row);
    for (int i = 0; i < spec.tasks().size(); i++) {
      tasks.persist(RunTaskEntity.of(row.id, i, spec.tasks().get(i)));
    }
    tasks.flush();
    return run(row);
  }

  private Run run(RunEntity row) {
    return RunRows.run(row, tasks.list("key.run = ?1 order by key.position", row.id));
  }

  @Override
  public Optional<Run> find(long id) {
    return runs.findByIdOptional(id).map(this::run);
  }

  @Override
  public Page<Run> list(int page, int size) {
    PanacheQuery<RunEntity> all = runs.findAll(NEWEST_FIRST).page(page, size);
    return new Page<>(all.stream().map(this::run).toList(), page, size, all.count());
  }

  @Override
  public Optional<Run> nextUnfinished() {
    return runs.find(
            "protocol is not null and state in ?1 order by id",
            List.of(RunState.QUEUED, RunState.RUNNING))
        .page(0, 1)
        .firstResultOptional()
        .map(this::run);
  }

  @Override
  public void begin(long id) {
    runs.update(
        "state = ?1, startedAt = coalesce(startedAt, ?2) where id = ?3 and state = ?4",
        RunState.RUNNING,
        now(),
        id,
        RunState.QUEUED);
  }

  @Override
  public void plan(long id, Plan plan) {
    runs.findById(id).plan = RunRows.planColumns(plan);
  }

  @Override
  public boolean add(long id, ScoredWindow window, WindowTokens tokens) {
    // The lock makes a cancellation wait until this window is in, or this window see it.
    if (runs.findById(id, LockModeType.PESSIMISTIC_READ).state != RunState.RUNNING) {
      return false;
    }
    windows.persist(WindowEntity.of(id, window));
    windowTokens.persist(WindowTokensEntity.of(id, 0, window.window(), tokens));
    return true;
  }

  @Override
  public BitSet windowsDone(long id) {
    var done = new BitSet();
    windows
        .find("select key.window from WindowEntity where key.run = ?1", id)
        .project(Integer.class)
        .stream()
        .forEach(done::set);
    return done;
  }

  @Override
  public Progress.Work work(long id) {
    return windows
        .find(
            "select cast(count(*) as integer), coalesce(sum(targets), 0L), coalesce(sum(seconds),"
                + " 0.0) from WindowEntity where key.run = ?1",
            id)
        .project(Progress.Work.class)
        .singleResult();
  }

  @Override
  public List<ScoredWindow> windows(long id) {
    return inOrder(id).stream().map(WindowEntity::toDomain).toList();
  }

  @Override
  public Page<ScoredWindow> windows(long id, int page, int size) {
    PanacheQuery<WindowEntity> all = inOrder(id).page(page, size);
    return new Page<>(all.stream().map(WindowEntity::toDomain).toList(), page, size, all.count());
  }

  private PanacheQuery<WindowEntity> inOrder(long id) {
    return windows.find("key.run = ?1 order by key.window", id);
  }

  @Override
  public void finish(long id) {
    runs.update(
        "state = ?1, finishedAt = ?2 where id = ?3 and state = ?4",
        RunState.DONE,
        now(),
        id,
        RunState.RUNNING);
  }

  @Override
  public void fail(Run run, String error) {
    runs.update(
        "state = ?1, finishedAt = ?2, error = ?3 where id = ?4 and attempt = ?5 and state in ?6",
        RunState.FAILED,
        now(),
        error,
        run.id(),
        run.attempt(),
        List.of(RunState.QUEUED, RunState.RUNNING));
  }

  @Override
  public Optional<Run> cancel(long id) {
    runs.update(
        "state = ?1, finishedAt = ?2 where id = ?3 and state in ?4",
        RunState.CANCELLED,
        now(),
        id,
        List.of(RunState.QUEUED, RunState.RUNNING, RunState.PAUSED));
    return find(id);
  }

  @Override
  public Optional<Run> pause(long id) {
    runs.update(
        "state = ?1 where id = ?2 and state in ?3",
        RunState.PAUSED,
        id,
        List.of(RunState.QUEUED, RunState.RUNNING));
    return find(id);
  }

  @Override
  public Optional<Run> resume(long id) {
    runs.beginNextAttempt(id, RunState.PAUSED, RunState.FAILED);
    return find(id);
  }

  private static Instant now() {
    return Instant.now().truncatedTo(ChronoUnit.MICROS);
  }
}
