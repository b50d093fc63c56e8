/** Models side by side: what each reached, how they differ, and the tables that say so. */
package org.knnlm.eval.comparison;
