package org.knnlm.index.catalog;

/**
 * What has come of builds since the start.
 *
 * @param done builds that ended well
 * @param failed builds that did not
 * @param seconds that all of them took
 */
public record EndedBuilds(long done, long failed, double seconds) {
  EndedBuilds plus(BuildJob job, boolean well) {
    return new EndedBuilds(
        done + (well ? 1 : 0), failed + (well ? 0 : 1), seconds + job.elapsedSeconds());
  }
}
