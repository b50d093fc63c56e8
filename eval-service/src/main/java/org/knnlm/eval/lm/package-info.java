/** The language model as this service sees it: texts and tokens in, log probabilities out. */
package org.knnlm.eval.lm;
