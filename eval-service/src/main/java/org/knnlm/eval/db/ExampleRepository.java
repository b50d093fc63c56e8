package org.knnlm.eval.db;

import io.quarkus.hibernate.orm.panache.PanacheRepositoryBase;
import jakarta.enterprise.context.ApplicationScoped;

/** The table {@code example}. */
@ApplicationScoped
public class ExampleRepository implements PanacheRepositoryBase<ExampleEntity, ExampleEntity.Key> {}
