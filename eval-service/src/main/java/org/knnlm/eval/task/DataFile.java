package org.knnlm.eval.task;

/**
 * A file that a task reads.
 *
 * @param path relative to the data folder
 * @param sha256 of its content, hexadecimal
 */
public record DataFile(String path, String sha256) {}
