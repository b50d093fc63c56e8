/** What operators see of the service: metrics, traces, the runs of log lines. */
package org.knnlm.eval.telemetry;
