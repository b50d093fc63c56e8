package org.knnlm.embedder.model;

import java.nio.ByteBuffer;
import java.util.List;
import org.knnlm.datastore.KeyType;

/** A causal language model with its tokenizer. Any thread may call it; every call blocks. */
public interface LanguageModel {
  /**
   * What model it is.
   *
   * @throws LanguageModelException when it does not answer
   */
  ModelInfo info();

  /**
   * Token ids of texts, with the special tokens that the tokenizer adds.
   *
   * @return one array per text, in their order
   * @throws LanguageModelException when it does not answer, or not with this
   */
  List<int[]> tokenize(List<String> texts);

  /**
   * Token ids of texts that go on with others: without special tokens.
   *
   * @return one array per text, in their order
   * @throws LanguageModelException when it does not answer, or not with this
   */
  List<int[]> tokenizeFurther(List<String> texts);

  /**
   * Hidden states of consecutive positions of a sequence; on the same machine the same to the last
   * bit whatever else is asked meanwhile.
   *
   * @param tokens the sequence
   * @param firstPosition the first position that is wanted, from 0
   * @param count number of positions
   * @return float16 {@code [count, hiddenSize]}, little-endian, in pieces of whole rows
   * @throws LanguageModelException when it does not answer, or not with this
   */
  List<ByteBuffer> hiddenStates(int[] tokens, int firstPosition, int count, KeyType key);
}
