/**
 * The datastore directory: keys (float16, {@code [N, D]}), values (int32, {@code [N]}) and the
 * manifest that says where they come from.
 */
package org.knnlm.datastore;
