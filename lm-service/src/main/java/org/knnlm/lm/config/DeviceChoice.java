package org.knnlm.lm.config;

import io.quarkus.runtime.configuration.ConfigurationException;
import java.util.function.BooleanSupplier;
import org.knnlm.lm.transformer.Device;
import org.knnlm.lm.transformer.Precision;

/** What knnlm.model.device says. */
public enum DeviceChoice {
  /** CUDA where PyTorch finds a GPU, else the CPU. */
  AUTO,
  CPU,
  CUDA;

  /**
   * The device.
   *
   * @param findsGpu asked only when it matters
   * @throws ConfigurationException when it is not there, or does not compute with the precision
   */
  Device device(Precision precision, BooleanSupplier findsGpu) {
    Device device = this != CPU && findsGpu.getAsBoolean() ? Device.CUDA : Device.CPU;
    if (this == CUDA && device == Device.CPU) {
      throw new ConfigurationException(
          "knnlm.model.device is cuda, but PyTorch finds no GPU: the service brings libraries for the CPU; PYTORCH_LIBRARY_PATH, PYTORCH_VERSION=2.7.1 and PYTORCH_FLAVOR=cu128 must name a libtorch with CUDA");
    }
    if (!device.computes(precision)) {
      throw new ConfigurationException(
          "knnlm.model.precision is %s, but the CPU computes with fp32 and bf16 only%s"
              .formatted(
                  precision.label(),
                  this == AUTO ? "; knnlm.model.device is auto, and PyTorch finds no GPU" : ""));
    }
    return device;
  }
}
