/**
 * A model directory as Hugging Face writes it: its configuration, its identity, what is wrong with
 * it.
 */
package org.knnlm.lm.model;
