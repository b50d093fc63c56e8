package org.knnlm.lm.transformer;

import ai.djl.engine.Engine;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.pytorch.jni.JniUtils;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;

/**
 * PyTorch on the calling thread: started, with its number of threads set and its operations loaded.
 * Closing it frees all tensors that belong to its manager.
 */
public final class Torch implements AutoCloseable {
  private final NDManager manager;
  private final TorchOps ops;
  private final Device device;
  private final Precision precision;

  private Torch(NDManager manager, Device device, Precision precision) {
    this.manager = manager;
    this.device = device;
    this.precision = precision;
    this.ops = new TorchOps(manager);
  }

  /**
   * Where and how the engine unpacks its native libraries; must come before the first use of it or
   * of the tokenizers. Environment and system properties that are set already win.
   *
   * @param cache folder for them, 450 MB
   */
  public static void configure(Path cache) {
    setDefault("DJL_CACHE_DIR", cache.toString());
    setDefault("ai.djl.offline", "true");
    setDefault("OPT_OUT_TRACKING", "true");
    setDefault("ai.djl.pytorch.graph_optimizer", "false");
  }

  private static void setDefault(String name, String value) {
    if (System.getenv(name) == null && System.getProperty(name) == null) {
      System.setProperty(name, value);
    }
  }

  /**
   * Starts PyTorch for the calling thread.
   *
   * @param threads that one operation may use
   * @param device of all tensors but those that weights are read into
   * @param precision of weights and matrix products
   * @throws EngineUnavailableException when its native libraries cannot be had
   */
  public static Torch start(int threads, Device device, Precision precision) {
    try {
      Engine engine = engine();
      // the number of OpenMP threads and the executor's mode are settings of the calling thread
      JniUtils.setNumThreads(threads);
      JniUtils.setGraphExecutorOptimize(false);
      return new Torch(engine.newBaseManager(device.djl()), device, precision);
    } catch (RuntimeException | LinkageError | AssertionError e) {
      throw new EngineUnavailableException(e);
    }
  }

  private static Engine engine() {
    return Engine.getEngine("PyTorch");
  }

  /**
   * Whether the libraries are built for CUDA and there is a GPU.
   *
   * @throws EngineUnavailableException when its native libraries cannot be had
   */
  public static boolean findsGpu() {
    try {
      return engine().defaultDevice().isGpu();
    } catch (RuntimeException | LinkageError | AssertionError e) {
      throw new EngineUnavailableException(e);
    }
  }

  public TorchOps ops() {
    return ops;
  }

  public Device device() {
    return device;
  }

  public Precision precision() {
    return precision;
  }

  public NDManager manager() {
    return manager;
  }

  /** An uninitialised float32 tensor. */
  static PtNDArray empty(NDManager into, long... shape) {
    return (PtNDArray) into.create(new Shape(shape), DataType.FLOAT32);
  }

  /** An int64 vector. */
  public static PtNDArray longs(NDManager into, long[] values) {
    ByteBuffer bytes =
        ByteBuffer.allocateDirect(values.length * Long.BYTES).order(ByteOrder.nativeOrder());
    bytes.asLongBuffer().put(values);
    return (PtNDArray) into.create(bytes, new Shape(values.length), DataType.INT64);
  }

  /** A float32 matrix over a direct buffer, which must not change any more. */
  public static PtNDArray floats(NDManager into, ByteBuffer bytes, long... shape) {
    return (PtNDArray) into.create(bytes, new Shape(shape), DataType.FLOAT32);
  }

  /**
   * The tensor's own memory, row-major, valid while the tensor lives; a copy, as long as its
   * manager lives, when that is a GPU's.
   */
  static ByteBuffer memory(PtNDArray tensor) {
    return JniUtils.getByteBuffer(tensor, true);
  }

  /** A copy of the tensor's memory. */
  static ByteBuffer copy(PtNDArray tensor) {
    ByteBuffer memory = memory(tensor);
    return ByteBuffer.allocate(memory.remaining())
        .order(ByteOrder.LITTLE_ENDIAN)
        .put(memory)
        .flip();
  }

  @Override
  public void close() {
    manager.close();
  }
}
