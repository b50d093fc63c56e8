/** GPT-2: Radford et al. 2019, "Language Models are Unsupervised Multitask Learners". */
package org.knnlm.lm.transformer.gpt2;
