package org.knnlm.eval.db;

import io.quarkus.hibernate.orm.panache.PanacheRepositoryBase;
import jakarta.enterprise.context.ApplicationScoped;

/** The table {@code window_tokens}. */
@ApplicationScoped
public class WindowTokensRepository
    implements PanacheRepositoryBase<WindowTokensEntity, WindowTokensEntity.Key> {}
