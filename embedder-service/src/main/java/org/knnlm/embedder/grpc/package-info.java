/** knnlm.embedder.v1 in and knnlm.lm.v1 out: translation, and nothing else. */
package org.knnlm.embedder.grpc;
