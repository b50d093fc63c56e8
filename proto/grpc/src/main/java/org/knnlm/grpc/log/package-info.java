/** What log lines say of the call that they belong to, in every service that it reaches. */
package org.knnlm.grpc.log;
