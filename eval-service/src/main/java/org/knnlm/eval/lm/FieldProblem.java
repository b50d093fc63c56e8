package org.knnlm.eval.lm;

/**
 * What is wrong with a request.
 *
 * @param field path of the field at fault, {@code settings[2].lambda} for example
 * @param problem what was found and what is allowed
 */
public record FieldProblem(String field, String problem) {}
