/** Perplexity of a text: which windows a model reads, and what their losses add up to. */
package org.knnlm.eval.perplexity;
