package org.knnlm.lm.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.quarkus.runtime.configuration.ConfigurationException;
import org.junit.jupiter.api.Test;
import org.knnlm.lm.transformer.Device;
import org.knnlm.lm.transformer.Precision;

class DeviceChoiceTest {
  @Test
  void autoTakesAGpuWhereThereIsOne() {
    for (Precision precision : Precision.values()) {
      assertThat(DeviceChoice.AUTO.device(precision, () -> true)).isEqualTo(Device.CUDA);
      assertThat(DeviceChoice.CUDA.device(precision, () -> true)).isEqualTo(Device.CUDA);
    }
    assertThat(DeviceChoice.AUTO.device(Precision.FP32, () -> false)).isEqualTo(Device.CPU);
    assertThat(DeviceChoice.AUTO.device(Precision.BF16, () -> false)).isEqualTo(Device.CPU);
  }

  @Test
  void cpuDoesNotAskForGpus() {
    for (Precision precision : new Precision[] {Precision.FP32, Precision.BF16}) {
      assertThat(
              DeviceChoice.CPU.device(
                  precision,
                  () -> {
                    throw new AssertionError("asked");
                  }))
          .isEqualTo(Device.CPU);
    }
  }

  @Test
  void whatIsNotThereIsRefusedByName() {
    assertThatThrownBy(() -> DeviceChoice.CUDA.device(Precision.FP32, () -> false))
        .isInstanceOf(ConfigurationException.class)
        .hasMessageContaining("knnlm.model.device is cuda, but PyTorch finds no GPU")
        .hasMessageContaining("PYTORCH_LIBRARY_PATH");
    assertThatThrownBy(() -> DeviceChoice.CPU.device(Precision.FP16, () -> true))
        .isInstanceOf(ConfigurationException.class)
        .hasMessage("knnlm.model.precision is fp16, but the CPU computes with fp32 and bf16 only");
    assertThatThrownBy(() -> DeviceChoice.AUTO.device(Precision.FP16, () -> false))
        .isInstanceOf(ConfigurationException.class)
        .hasMessageContaining("knnlm.model.precision is fp16")
        .hasMessageEndingWith("knnlm.model.device is auto, and PyTorch finds no GPU");
  }
}
