/** What operators see of the service: metrics and traces. */
package org.knnlm.lm.telemetry;
