/** Log probabilities of given tokens, by the model alone and mixed with retrieval. */
package org.knnlm.lm.score;
