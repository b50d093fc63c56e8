/**
 * What every gRPC edge of the system needs: tensors, errors with details, streams that wait for
 * slow readers.
 */
package org.knnlm.grpc;
