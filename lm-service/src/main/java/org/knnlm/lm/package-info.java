/** The language model of the system: the only place where one runs. */
package org.knnlm.lm;
