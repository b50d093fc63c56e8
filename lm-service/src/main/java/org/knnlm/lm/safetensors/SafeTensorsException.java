package org.knnlm.lm.safetensors;

import java.nio.file.Path;
import org.knnlm.lm.model.ModelException;

/** A weight file is torn, contradicts itself, or lacks what the model needs; names the file. */
public final class SafeTensorsException extends ModelException {
  private static final long serialVersionUID = 1;

  SafeTensorsException(Path file, String problem) {
    super(file + ": " + problem);
  }

  SafeTensorsException(Path file, String problem, Throwable cause) {
    super(file + ": " + problem, cause);
  }
}
