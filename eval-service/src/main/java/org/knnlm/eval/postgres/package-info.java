/**
 * A real PostgreSQL server for one machine: unpacked, initialised, started and stopped together
 * with its folder, by root or by an ordinary user.
 */
package org.knnlm.eval.postgres;
