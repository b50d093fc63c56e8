package org.knnlm.lm.generate;

import java.util.List;
import java.util.OptionalInt;

/**
 * How continuations are made.
 *
 * @param maxNewTokens at least 1
 * @param stop texts that end a continuation
 * @param eos token that ends a continuation; empty for none
 */
public record Options(int maxNewTokens, Sampling sampling, List<String> stop, OptionalInt eos) {}
