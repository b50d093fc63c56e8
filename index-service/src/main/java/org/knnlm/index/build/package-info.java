/** Planning, training and filling an index. */
package org.knnlm.index.build;
