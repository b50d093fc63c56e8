/** The HTTP interface. */
package org.knnlm.eval.rest;
