package org.knnlm.index.config;

import io.quarkus.runtime.configuration.ConfigurationException;
import java.util.List;
import org.jboss.logging.Logger;
import org.knnlm.faiss.Gpu;

/** What knnlm.search.device says. */
public enum DeviceChoice {
  /** On the GPUs that faiss can use, as far as index files fit there, else on the CPU. */
  AUTO,
  CPU,
  /** As auto, but a service that finds no GPU does not start. */
  CUDA;

  private static final Logger LOG = Logger.getLogger(DeviceChoice.class);

  /**
   * The GPUs to use.
   *
   * @throws ConfigurationException when there must be some and are none
   */
  List<Gpu> gpus() {
    if (this == CPU) {
      return List.of();
    }
    List<Gpu> gpus = Gpu.all();
    if (this == CUDA && gpus.isEmpty()) {
      throw new ConfigurationException(
          "knnlm.search.device is cuda, but there is no GPU that faiss can use: " + Gpu.found());
    }
    LOG.infof(
        "index files are searched on the %s: %s", gpus.isEmpty() ? "CPU" : "GPU", Gpu.found());
    return gpus;
  }
}
