/** Digests by which files are known again. */
package org.knnlm.eval.digest;
