package org.knnlm.eval.db;

import jakarta.enterprise.context.ApplicationScoped;
import jakarta.transaction.Transactional;
import java.util.List;
import java.util.Optional;
import org.knnlm.eval.analysis.Part;
import org.knnlm.eval.analysis.TokenStore;
import org.knnlm.eval.perplexity.WindowTokens;

/** Tokens of windows in the table of this service. */
@ApplicationScoped
@Transactional
public class PanacheTokenStore implements TokenStore {
  private final WindowTokensRepository windows;

  PanacheTokenStore(WindowTokensRepository windows) {
    this.windows = windows;
  }

  @Override
  public Optional<WindowTokens> find(Part part, int window) {
    return windows
        .findByIdOptional(new WindowTokensEntity.Key(part.run().id(), part.task(), window))
        .map(row -> row.toDomain(settings(part)));
  }

  @Override
  public List<Numbered> windows(Part part, int from, int most) {
    return windows
        .find(
            "key.run = ?1 and key.task = ?2 and key.window >= ?3 order by key.window",
            part.run().id(),
            part.task(),
            from)
        .page(0, most)
        .stream()
        .map(row -> new Numbered(row.key.window(), row.toDomain(settings(part))))
        .toList();
  }

  @Override
  public long count(Part part) {
    return windows.count("key.run = ?1 and key.task = ?2", part.run().id(), part.task());
  }

  private static int settings(Part part) {
    return part.run().spec().settings().size();
  }
}
