/** Texts to token ids, by Hugging Face's own tokenizers library. */
package org.knnlm.lm.tokenizer;
