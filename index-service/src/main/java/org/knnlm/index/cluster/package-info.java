/** Several instances, each with some files of an index, that answer as one. */
package org.knnlm.index.cluster;
