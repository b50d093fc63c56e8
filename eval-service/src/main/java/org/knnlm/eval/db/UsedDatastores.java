package org.knnlm.eval.db;

import jakarta.enterprise.context.ApplicationScoped;
import jakarta.transaction.Transactional;
import java.util.List;

/** The datastores that runs name. */
@ApplicationScoped
@Transactional
public class UsedDatastores {
  private final RunRepository runs;

  UsedDatastores(RunRepository runs) {
    this.runs = runs;
  }

  /** Their names, in order, each once. */
  public List<String> names() {
    return runs.find(
            "select distinct setting.datastore from RunEntity run join run.settings setting"
                + " order by setting.datastore")
        .project(String.class)
        .list();
  }
}
