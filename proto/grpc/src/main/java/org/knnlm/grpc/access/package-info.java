/** Who may call a service, and as whom a service calls others. */
package org.knnlm.grpc.access;
