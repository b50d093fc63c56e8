/** The service's protocol: checks and translates requests, calls the domain, translates replies. */
package org.knnlm.lm.grpc;
