/** Datastores that are wanted, being made, and made. */
package org.knnlm.embedder.job;
