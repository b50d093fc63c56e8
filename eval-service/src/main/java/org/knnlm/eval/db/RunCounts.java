package org.knnlm.eval.db;

import jakarta.enterprise.context.ApplicationScoped;
import jakarta.persistence.EntityManager;
import jakarta.persistence.Tuple;
import jakarta.transaction.Transactional;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.knnlm.eval.example.ExampleState;
import org.knnlm.eval.run.RunState;

/** How many runs there are, and how much they have left to do, whoever does it. */
@ApplicationScoped
@Transactional
public class RunCounts {
  private static final List<RunState> UNFINISHED = List.of(RunState.QUEUED, RunState.RUNNING);

  private final EntityManager database;

  RunCounts(EntityManager database) {
    this.database = database;
  }

  /** Runs by their states; those that none is in are left out. */
  public Map<RunState, Long> byState() {
    Map<RunState, Long> counts = new EnumMap<>(RunState.class);
    database
        .createQuery("select state, count(*) from RunEntity group by state", Tuple.class)
        .getResultList()
        .forEach(row -> counts.put(row.get(0, RunState.class), row.get(1, Long.class)));
    return counts;
  }

  /** Examples that queued and running runs have left. */
  public long pendingExamples() {
    return database
        .createQuery(
            "select count(*) from ExampleEntity e join RunEntity r on e.key.run = r.id"
                + " where e.state = ?1 and r.state in ?2",
            Long.class)
        .setParameter(1, ExampleState.PENDING)
        .setParameter(2, UNFINISHED)
        .getSingleResult();
  }

  /** Windows that queued and running runs of texts have left, as far as these are tokenised. */
  public long pendingWindows() {
    return database
        .createQuery(
            "select coalesce(sum(r.plan.windows - (select count(*) from WindowEntity w"
                + " where w.key.run = r.id)), 0L) from RunEntity r where r.state in ?1"
                + " and r.plan.windows is not null",
            Long.class)
        .setParameter(1, UNFINISHED)
        .getSingleResult();
  }
}
