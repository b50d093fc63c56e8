/**
 * Tasks: what an example asks of a model, and what its answer is worth. A task is a declarative
 * file.
 */
package org.knnlm.eval.task;
