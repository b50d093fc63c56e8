/** The Mistral architecture: Jiang et al. 2023, "Mistral 7B". */
package org.knnlm.lm.transformer.mistral;
