/** What comes after a sequence: distributions over the vocabulary, alone and with retrieval. */
package org.knnlm.lm.next;
