package org.knnlm.index.build;

/** A setting of an index that cannot be used. */
public final class IndexSettingsException extends RuntimeException {
  private static final long serialVersionUID = 1;

  private final String field;

  /**
   * @param field the setting's name in the request
   * @param problem what was found and what is allowed
   */
  public IndexSettingsException(String field, String problem) {
    super(problem);
    this.field = field;
  }

  /** The setting's name in the request. */
  public String field() {
    return field;
  }
}
