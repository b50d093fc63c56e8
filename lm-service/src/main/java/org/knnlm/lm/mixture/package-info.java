/** What the model and the neighbours say together. */
package org.knnlm.lm.mixture;
