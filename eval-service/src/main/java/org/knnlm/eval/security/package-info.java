/** Who may use the HTTP interface: readers look, runners start and stop runs, too. */
package org.knnlm.eval.security;
