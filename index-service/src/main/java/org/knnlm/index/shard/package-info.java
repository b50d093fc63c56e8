/** The files of an index in a datastore's folder. */
package org.knnlm.index.shard;
