/** What operators see of the service: metrics and health. */
package org.knnlm.embedder.telemetry;
