/** From neighbours to probabilities. */
package org.knnlm.index.knn;
