/** Continuations, token by token, alone and with retrieval. */
package org.knnlm.lm.generate;
