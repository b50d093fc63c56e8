package org.knnlm.eval.db;

import io.quarkus.hibernate.orm.panache.PanacheRepository;
import jakarta.enterprise.context.ApplicationScoped;

/** The table {@code run}. */
@ApplicationScoped
public class RunRepository implements PanacheRepository<RunEntity> {}
