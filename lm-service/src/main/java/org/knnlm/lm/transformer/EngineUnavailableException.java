package org.knnlm.lm.transformer;

import org.knnlm.lm.model.ModelException;

/** PyTorch's native libraries are not to be had on this machine. */
public final class EngineUnavailableException extends ModelException {
  private static final long serialVersionUID = 1;

  EngineUnavailableException(Throwable cause) {
    super(
        "PyTorch cannot start on %s %s: %s. The service brings native libraries for Linux x86-64; elsewhere, or for a GPU, PYTORCH_LIBRARY_PATH must name a libtorch 2.7.1"
            .formatted(System.getProperty("os.name"), System.getProperty("os.arch"), reason(cause)),
        cause);
  }

  private static String reason(Throwable cause) {
    Throwable root = cause;
    while (root.getCause() != null) {
      root = root.getCause();
    }
    return root.toString();
  }
}
