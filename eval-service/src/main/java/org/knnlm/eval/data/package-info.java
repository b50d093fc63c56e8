/** Files of data sets. */
package org.knnlm.eval.data;
