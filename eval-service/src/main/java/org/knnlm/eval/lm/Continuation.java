package org.knnlm.eval.lm;

import java.util.List;

/**
 * What a model wrote after a prompt.
 *
 * @param tokens all of them, the end-of-sequence token included where it ended with it
 * @param text without what ended it
 */
public record Continuation(List<Integer> tokens, String text) {}
