/** The Llama architecture: Touvron et al. 2023, "LLaMA" and "Llama 2". */
package org.knnlm.lm.transformer.llama;
