/** Calls to lm-service and index-service. */
package org.knnlm.eval.grpc;
