package org.knnlm.eval.rest;

/**
 * A token in JSON.
 *
 * @param id its number in the vocabulary
 * @param text what it adds to the text before it
 */
public record TokenView(int id, String text) {}
