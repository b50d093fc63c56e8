package org.knnlm.lm.transformer;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Set;

/** What the processor can do. */
public final class Cpu {
  private static final Path INFO = Path.of("/proc/cpuinfo");
  private static final Set<String> BF16 = Set.of("avx512_bf16", "amx_bf16");

  private Cpu() {}

  /** Whether it multiplies bfloat16 matrices itself, which is several times as fast as float32. */
  public static boolean multipliesBf16() {
    try (var lines = Files.lines(INFO)) {
      return lines
          .filter(line -> line.startsWith("flags"))
          .limit(1)
          .flatMap(line -> Arrays.stream(line.split("\\s+")))
          .anyMatch(BF16::contains);
    } catch (IOException e) {
      return false;
    }
  }
}
