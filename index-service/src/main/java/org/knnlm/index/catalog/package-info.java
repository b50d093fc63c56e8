/** Datastores by name. */
package org.knnlm.index.catalog;
