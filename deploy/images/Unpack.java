import java.lang.reflect.Method;

/** Has native libraries unpacked while an image is built: {@code torch} or {@code faiss}. */
final class Unpack {
  public static void main(String[] args) throws Exception {
    switch (args[0]) {
      case "torch" -> {
        call("ai.djl.engine.Engine", "getEngine", "PyTorch");
        Class.forName("ai.djl.huggingface.tokenizers.jni.LibUtils");
      }
      case "faiss" -> Class.forName("org.knnlm.faiss.jni.global.faiss");
      default -> throw new IllegalArgumentException("torch or faiss, found " + args[0]);
    }
  }

  private static void call(String type, String method, String argument) throws Exception {
    Method found = Class.forName(type).getMethod(method, String.class);
    found.invoke(null, argument);
  }
}
