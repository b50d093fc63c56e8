/** The command line: a datastore as a job of any number of processes. */
package org.knnlm.embedder.cli;
