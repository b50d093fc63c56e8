/** The Qwen2 architecture: Yang et al. 2024, "Qwen2 Technical Report". */
package org.knnlm.lm.transformer.qwen2;
