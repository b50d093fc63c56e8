package org.knnlm.datastore;

import java.util.OptionalInt;

/**
 * The tokens of a document in terms of values.
 *
 * @param document its index in the corpus
 * @param line its line in the corpus
 * @param begin first key whose value is a token of it
 * @param end key after the last such key
 * @param head the token before the value of {@code begin} when no key has it as its value: the
 *     first of a part
 */
record Stretch(long document, long line, long begin, long end, OptionalInt head) {}
