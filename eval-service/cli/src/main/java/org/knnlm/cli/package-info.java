/** The command {@code knnlm}: evaluation runs from a terminal or a job, through the REST API. */
package org.knnlm.cli;
