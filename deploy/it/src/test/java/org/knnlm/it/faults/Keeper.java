package org.knnlm.it.faults;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;

/** Starts again what has died, as Kubernetes does; closes all in the end, the last one first. */
final class Keeper implements AutoCloseable {
  /** Ends of a job after which it is not started again: the chart's, and the good one. */
  private static final Set<Integer> FINAL = Set.of(0, 2, 4, 5, 6);

  private final List<Pod> services = new CopyOnWriteArrayList<>();
  private final List<Pod> jobs = new CopyOnWriteArrayList<>();
  private final Thread thread = Thread.ofPlatform().name("keeper").unstarted(this::keep);

  Keeper() {
    thread.start();
  }

  /** Starts a service, and again whenever it has ended. */
  Pod add(Pod pod) throws IOException {
    services.add(pod.start());
    return pod;
  }

  /** Starts jobs, and again until they have ended well, and waits for that. */
  void finish(List<Pod> pods) throws IOException, InterruptedException {
    for (Pod pod : pods) {
      jobs.add(pod.start());
    }
    for (Pod pod : pods) {
      while (jobs.contains(pod)) {
        Thread.sleep(50);
      }
      assertThat(pod.exitCode()).as(pod.logged()).isZero();
    }
  }

  /** Those that are alive. */
  List<Pod> alive() {
    var all = new ArrayList<>(services);
    all.addAll(jobs);
    return all.stream().filter(Pod::isAlive).toList();
  }

  private void keep() {
    try {
      while (true) {
        for (Pod pod : services) {
          if (!pod.isAlive()) {
            pod.start();
          }
        }
        jobs.removeIf(pod -> pod.hasEndedWith(FINAL));
        for (Pod pod : jobs) {
          if (!pod.isAlive()) {
            pod.start();
          }
        }
        Thread.sleep(100);
      }
    } catch (InterruptedException closed) {
      Thread.currentThread().interrupt();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public void close() {
    thread.interrupt();
    try {
      thread.join();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    jobs.forEach(Pod::close);
    new ArrayList<>(services).reversed().forEach(Pod::close);
  }
}
