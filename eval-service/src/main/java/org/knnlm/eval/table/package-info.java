/** The result of a run: one row for the base model and one for each retrieval setting. */
package org.knnlm.eval.table;
