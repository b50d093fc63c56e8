package org.knnlm.eval.db;

import io.quarkus.hibernate.orm.panache.PanacheRepositoryBase;
import jakarta.enterprise.context.ApplicationScoped;

/** The table {@code run_task}. */
@ApplicationScoped
public class RunTaskRepository implements PanacheRepositoryBase<RunTaskEntity, RunTaskEntity.Key> {}
