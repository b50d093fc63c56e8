/** What embedding needs of a language model, wherever it runs. */
package org.knnlm.embedder.model;
