/**
 * Weights in the safetensors format (github.com/huggingface/safetensors, "Format"), one file or
 * several with an index.
 */
package org.knnlm.lm.safetensors;
