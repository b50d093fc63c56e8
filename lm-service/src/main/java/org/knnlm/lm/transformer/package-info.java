/**
 * Decoder-only transformers on PyTorch: what their forward pass leaves behind, and what all
 * architectures share. Tensors are used by one thread, that of the queue of work: see {@code
 * org.knnlm.lm.batch.ModelQueue}.
 */
package org.knnlm.lm.transformer;
