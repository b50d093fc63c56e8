/** How the wishes of many callers become passes of one model. */
package org.knnlm.lm.batch;
