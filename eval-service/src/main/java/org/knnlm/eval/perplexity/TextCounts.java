package org.knnlm.eval.perplexity;

/**
 * What a text was counted to hold.
 *
 * @param tokens all tokens, special ones included, before anything is cut
 * @param scoredTokens targets of all windows
 * @param words of the uncut text, separated by white space
 */
public record TextCounts(long tokens, long scoredTokens, long words) {}
