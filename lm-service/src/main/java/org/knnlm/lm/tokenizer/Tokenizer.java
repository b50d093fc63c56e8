package org.knnlm.lm.tokenizer;

import ai.djl.huggingface.tokenizers.HuggingFaceTokenizer;
import ai.djl.huggingface.tokenizers.jni.TokenizersLibrary;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.knnlm.lm.model.InvalidModelException;
import org.knnlm.lm.model.JsonFile;
import org.knnlm.lm.model.ModelDirectory;

/**
 * The tokenizer of a model. It neither truncates nor pads, whatever tokenizer.json says. Any number
 * of threads may use it.
 */
public final class Tokenizer implements AutoCloseable {
  private final HuggingFaceTokenizer tokenizer;
  private final SpecialTokens specialTokens;

  /**
   * Loads the tokenizer of a directory.
   *
   * @param vocabularySize rows of the model's embedding
   * @throws InvalidModelException when tokenizer.json is not sound or has ids that the model lacks
   */
  public Tokenizer(ModelDirectory directory, int vocabularySize) {
    var vocabulary = new Vocabulary(JsonFile.read(directory.tokenizerFile()));
    Map.Entry<String, Integer> last = vocabulary.last();
    if (last.getValue() >= vocabularySize) {
      throw new InvalidModelException(
          "%s gives '%s' the id %d, but config.json says vocab_size %d: they belong to different models"
              .formatted(
                  directory.tokenizerFile(), last.getKey(), last.getValue(), vocabularySize));
    }
    specialTokens = SpecialTokens.read(directory.tokenizerConfigFile(), vocabulary);
    tokenizer = load(directory);
  }

  private static HuggingFaceTokenizer load(ModelDirectory directory) {
    try {
      return HuggingFaceTokenizer.newInstance(
          directory.tokenizerFile(), Map.of("truncation", "false", "padding", "false"));
    } catch (IOException | RuntimeException e) {
      throw new InvalidModelException(
          "%s cannot be loaded: %s".formatted(directory.tokenizerFile(), e.getMessage()), e);
    }
  }

  public SpecialTokens specialTokens() {
    return specialTokens;
  }

  /**
   * The token ids of each text, in order.
   *
   * @param withSpecialTokens add the tokens (BOS, for example) that tokenizer.json's post-processor
   *     adds
   */
  public List<int[]> encode(List<String> texts, boolean withSpecialTokens) {
    // HuggingFaceTokenizer.batchEncode would also copy token strings and character spans, at three
    // times the cost
    TokenizersLibrary library = TokenizersLibrary.LIB;
    long[] encodings =
        library.batchEncode(tokenizer.getHandle(), texts.toArray(String[]::new), withSpecialTokens);
    int[][] ids = new int[encodings.length][];
    for (int i = 0; i < encodings.length; i++) {
      ids[i] = toInts(library.getTokenIds(encodings[i]));
      library.deleteEncoding(encodings[i]);
    }
    return List.of(ids);
  }

  /** The text of token ids, special tokens left out. */
  public String decode(int[] tokenIds) {
    return decode(tokenIds, false);
  }

  /**
   * The text of token ids.
   *
   * @param withSpecialTokens show special tokens
   */
  public String decode(int[] tokenIds, boolean withSpecialTokens) {
    return tokenizer.decode(Arrays.stream(tokenIds).asLongStream().toArray(), !withSpecialTokens);
  }

  private static int[] toInts(long[] ids) {
    int[] ints = new int[ids.length];
    for (int i = 0; i < ids.length; i++) {
      ints[i] = Math.toIntExact(ids[i]);
    }
    return ints;
  }

  @Override
  public void close() {
    tokenizer.close();
  }
}
