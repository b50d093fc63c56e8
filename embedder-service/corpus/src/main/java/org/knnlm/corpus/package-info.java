/** The documents of a corpus file, and the windows in which a language model reads their tokens. */
package org.knnlm.corpus;
