/** The service's settings, and the model that they name. */
package org.knnlm.lm.config;
