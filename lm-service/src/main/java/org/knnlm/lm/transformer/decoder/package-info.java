/** Decoder-only transformers, and what several families of them share. */
package org.knnlm.lm.transformer.decoder;
