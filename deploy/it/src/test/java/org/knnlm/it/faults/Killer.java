package org.knnlm.it.faults;

import java.time.Duration;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;

/** Sends {@code kill -9} to processes of a keeper, drawn at random, at random times. */
final class Killer implements AutoCloseable {
  private final Keeper keeper;
  private final Random random;
  private final Map<String, Integer> victims = new ConcurrentHashMap<>();
  private final Map<String, Integer> phases = new ConcurrentHashMap<>();
  private final Thread thread = Thread.ofPlatform().name("killer").unstarted(this::work);
  private final AtomicInteger left;
  private final Duration longestPause;
  private volatile String phase = "before";

  /**
   * @param longestPause between two kills; with pauses much shorter than the start of a service
   *     none is ever up
   */
  Killer(Keeper keeper, Random random, int kills, Duration longestPause) {
    this.keeper = keeper;
    this.random = random;
    this.longestPause = longestPause;
    this.left = new AtomicInteger(kills);
  }

  void start() {
    thread.start();
  }

  /** What is being done now, for the report. */
  void phase(String name) {
    phase = name;
  }

  /** Whether all kills have been. */
  boolean isDone() {
    return left.get() == 0;
  }

  private void work() {
    try {
      while (left.get() > 0) {
        Thread.sleep(random.nextLong(longestPause.toMillis()));
        var alive = keeper.alive();
        if (!alive.isEmpty()) {
          Pod victim = alive.get(random.nextInt(alive.size()));
          victim.kill();
          victims.merge(victim.name().replaceFirst("-.*", ""), 1, Integer::sum);
          phases.merge(phase, 1, Integer::sum);
          left.decrementAndGet();
        }
      }
    } catch (InterruptedException closed) {
      Thread.currentThread().interrupt();
    }
  }

  @Override
  public String toString() {
    return "kills of %s while %s".formatted(new TreeMap<>(victims), new TreeMap<>(phases));
  }

  @Override
  public void close() {
    thread.interrupt();
    try {
      thread.join();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
