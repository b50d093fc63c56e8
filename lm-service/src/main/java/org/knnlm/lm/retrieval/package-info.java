/** What the model asks of a datastore of neighbours: the port that index-service answers. */
package org.knnlm.lm.retrieval;
