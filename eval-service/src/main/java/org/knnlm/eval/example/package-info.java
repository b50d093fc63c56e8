/** The examples of runs of tasks: what each came to, and how they are carried out. */
package org.knnlm.eval.example;
