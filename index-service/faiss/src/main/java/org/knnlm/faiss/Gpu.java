package org.knnlm.faiss;

import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.bytedeco.javacpp.BytePointer;
import org.knnlm.faiss.jni.global.faiss;

/**
 * A GPU that CUDA finds and this build of faiss has code for. A build without CUDA knows none.
 *
 * @param number as CUDA counts, from 0
 * @param name such as {@code NVIDIA A100-SXM4-40GB}
 */
public record Gpu(int number, String name) {
  /**
   * All of them; CUDA_VISIBLE_DEVICES hides some.
   *
   * @throws FaissException when CUDA has some and does not describe them
   */
  public static List<Gpu> all() {
    return IndexHandle.guarded(
        "cannot ask CUDA for GPUs",
        () ->
            IntStream.range(0, faiss.gpus())
                .filter(Gpu::isUsable)
                .mapToObj(number -> new Gpu(number, name(number)))
                .toList());
  }

  /** What was found, those included that cannot be used and why, for people. */
  public static String found() {
    int count = faiss.gpus();
    if (count == 0) {
      try (BytePointer problem = faiss.gpu_problem()) {
        return problem.getString();
      }
    }
    return IntStream.range(0, count).mapToObj(Gpu::description).collect(Collectors.joining(", "));
  }

  /**
   * Memory that nobody has taken, now.
   *
   * @throws FaissException when CUDA does not say
   */
  public long freeBytes() {
    return IndexHandle.guarded("cannot use GPU " + number, () -> faiss.gpu_free_bytes(number));
  }

  private static boolean isUsable(int number) {
    return faiss.gpu_has_kernels(faiss.gpu_capability(number));
  }

  private static String name(int number) {
    try (BytePointer name = faiss.gpu_name(number)) {
      return name.getString();
    }
  }

  private static String description(int number) {
    int capability = faiss.gpu_capability(number);
    return "GPU %d is %s of compute capability %d.%d%s"
        .formatted(
            number,
            name(number),
            capability / 10,
            capability % 10,
            isUsable(number) ? "" : ", for which this build of faiss has no code (7.x and 8.x)");
  }
}
