/** From documents to keys and values: tokens, windows, hidden states. */
package org.knnlm.embedder.embedding;
