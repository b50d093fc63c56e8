/** Search over loaded index files. */
package org.knnlm.index.search;
