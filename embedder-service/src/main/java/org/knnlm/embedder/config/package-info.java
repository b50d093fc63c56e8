/** The service's settings, and what is made of them. */
package org.knnlm.embedder.config;
