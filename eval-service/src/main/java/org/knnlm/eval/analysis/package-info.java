/** Where and by how much retrieval changes a model: by class of token, by position, by setting. */
package org.knnlm.eval.analysis;
