package org.knnlm.embedder.embedding;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.knnlm.datastore.KeyType;
import org.knnlm.embedder.model.LanguageModel;
import org.knnlm.embedder.model.ModelInfo;

/**
 * A model whose hidden states say where they are from: [token, position + 1, 1]. Its tokens are the
 * bytes of the text after a 0. Tests override what shall go wrong.
 */
class ArithmeticModel implements LanguageModel {
  static final int HIDDEN_SIZE = 3;
  private final int maxSequenceLength;

  ArithmeticModel(int maxSequenceLength) {
    this.maxSequenceLength = maxSequenceLength;
  }

  @Override
  public ModelInfo info() {
    return new ModelInfo(
        "arithmetic",
        "sum",
        "a".repeat(64),
        "b".repeat(64),
        HIDDEN_SIZE,
        256,
        maxSequenceLength,
        "fp32",
        "cpu");
  }

  @Override
  public List<int[]> tokenize(List<String> texts) {
    return texts.stream().map(ArithmeticModel::tokens).toList();
  }

  @Override
  public List<int[]> tokenizeFurther(List<String> texts) {
    return tokenize(texts).stream().map(ids -> Arrays.copyOfRange(ids, 1, ids.length)).toList();
  }

  static int[] tokens(String text) {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    int[] tokens = new int[bytes.length + 1];
    for (int i = 0; i < bytes.length; i++) {
      tokens[i + 1] = bytes[i] & 0xff;
    }
    return tokens;
  }

  @Override
  public List<ByteBuffer> hiddenStates(int[] tokens, int firstPosition, int count, KeyType key) {
    if (tokens.length > maxSequenceLength) {
      throw new IllegalArgumentException("too long: " + tokens.length);
    }
    List<ByteBuffer> pieces = new ArrayList<>();
    for (int from = 0; from < count; from += 3) {
      int rows = Math.min(3, count - from);
      ByteBuffer piece = ByteBuffer.allocate(2 * HIDDEN_SIZE * rows).order(ByteOrder.LITTLE_ENDIAN);
      for (int position = firstPosition + from; piece.hasRemaining(); position++) {
        for (float element : row(tokens[position], position)) {
          piece.putShort(Float.floatToFloat16(element));
        }
      }
      pieces.add(piece.flip());
    }
    return pieces;
  }

  float[] row(int token, int position) {
    return new float[] {token, position + 1, 1};
  }
}
