/** The documents of a corpus: any number of files, in several layouts, compressed or not. */
package org.knnlm.embedder.source;
