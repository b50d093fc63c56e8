/** Runs: what was asked for, how far it is, and how it is carried out so that it survives. */
package org.knnlm.eval.run;
