/**
 * What a difference between two models is worth: bootstrap intervals, exact tests, corrections for
 * many tests. Every number follows from the data and a seed alone, on any machine.
 */
package org.knnlm.eval.statistics;
