/** Runs in PostgreSQL. */
package org.knnlm.eval.db;
