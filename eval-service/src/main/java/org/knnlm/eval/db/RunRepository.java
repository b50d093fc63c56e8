package org.knnlm.eval.db;

import io.quarkus.hibernate.orm.panache.PanacheRepository;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.List;
import org.knnlm.eval.run.RunState;

/** The table {@code run}. */
@ApplicationScoped
public class RunRepository implements PanacheRepository<RunEntity> {
  /** Makes a run of one of some states QUEUED: its next attempt. */
  void beginNextAttempt(long id, RunState... from) {
    update(
        "state = ?1, attempt = attempt + 1, error = null, finishedAt = null where id = ?2 and state in ?3",
        RunState.QUEUED,
        id,
        List.of(from));
  }
}
