/**
 * Decoder-only transformers on PyTorch: what their forward pass leaves behind, and what all
 * architectures share. Tensors are used by one thread, {@link
 * org.knnlm.lm.transformer.ModelThread}.
 */
package org.knnlm.lm.transformer;
