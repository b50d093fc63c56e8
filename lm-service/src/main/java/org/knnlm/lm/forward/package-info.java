/** Hidden states and logits of chosen positions, in pieces that a caller can take one at a time. */
package org.knnlm.lm.forward;
