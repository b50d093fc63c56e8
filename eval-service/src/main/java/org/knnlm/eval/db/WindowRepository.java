package org.knnlm.eval.db;

import io.quarkus.hibernate.orm.panache.PanacheRepositoryBase;
import jakarta.enterprise.context.ApplicationScoped;

/** The table {@code scored_window}. */
@ApplicationScoped
public class WindowRepository implements PanacheRepositoryBase<WindowEntity, WindowEntity.Key> {}
