package org.knnlm.lm.transformer;

import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.ndarray.NDManager;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.knnlm.lm.Fixtures;
import org.knnlm.lm.model.JsonFile;
import org.knnlm.lm.safetensors.Checkpoint;
import org.knnlm.lm.transformer.llama.LlamaArchitecture;

/** A tensor that is left on a manager that lives as long as the model would grow the process. */
class MemoryTest {
  private static final int PASSES = 300;

  @BeforeAll
  static void configure() {
    Fixtures.configureTorch();
  }

  @Test
  void forwardPassesLeaveNothingBehind() {
    Path folder = Fixtures.llama("biases");
    int[][] sequences = Fixtures.sequences(folder);
    Torch torch = Torch.start(1, Device.CPU, Precision.FP32);
    try (Checkpoint checkpoint = Checkpoint.open(folder);
        Transformer model =
            new LlamaArchitecture()
                .load(JsonFile.read(folder.resolve("config.json")), checkpoint, torch)) {
      use(model, sequences);
      long before = resources(torch.manager());
      assertThat(before).isPositive();
      long resident = residentBytes();
      for (int i = 0; i < PASSES; i++) {
        use(model, sequences);
      }
      assertThat(resources(torch.manager())).isEqualTo(before);
      // a pass makes some 400 kB of tensors: a leak of all would be 120 MB
      assertThat(residentBytes() - resident).isLessThan(60L << 20);
    }
    assertThat(torch.manager().isOpen()).isFalse();
  }

  private static void use(Transformer model, int[][] sequences) {
    KvCache cache = model.newCache(sequences[0].length);
    var batch =
        new Batch(
            List.of(
                Segment.appending(cache, 0, sequences[0]),
                Segment.after(cache, 5, sequences[1]),
                Segment.whole(sequences[1])),
            Set.of(0));
    try (ForwardPass pass = model.forward(batch)) {
      pass.logProbs(new int[] {0, 40}, new int[] {1, 2});
      pass.logProbs(new int[] {3});
      pass.hiddenStates(new int[] {0}, HiddenState.LAST_FFN_INPUT, FloatFormat.FP16);
      pass.hiddenStates(0, new int[] {0}, HiddenState.LAST_FFN_OUTPUT, FloatFormat.FP32);
      try (LogitSource logits = pass.logitSource(new int[] {3, 4})) {
        logits.rows(0, 2);
      }
    }
    cache.release();
  }

  /** Tensors of a manager and of those below it. */
  private static long resources(NDManager manager) {
    return manager.getManagedArrays().size();
  }

  private static long residentBytes() {
    String line =
        Fixtures.text(Path.of("/proc/self/status"))
            .lines()
            .filter(l -> l.startsWith("VmRSS:"))
            .findFirst()
            .orElseThrow();
    return 1024 * Long.parseLong(line.replaceAll("\\D", ""));
  }
}
