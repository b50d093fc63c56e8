package org.knnlm.eval;

import jakarta.enterprise.context.ApplicationScoped;
import java.util.concurrent.CountDownLatch;
import org.knnlm.eval.db.ExecutionLock;

/** Keeps the worker from taking up runs, as another service on the same database would. */
@ApplicationScoped
public class HeldRuns {
  private final ExecutionLock lock;
  private CountDownLatch release;
  private Thread holder;

  HeldRuns(ExecutionLock lock) {
    this.lock = lock;
  }

  /** Returns when the lock is held. */
  public void hold() throws InterruptedException {
    var held = new CountDownLatch(1);
    release = new CountDownLatch(1);
    holder =
        Thread.ofPlatform()
            .start(
                () -> {
                  try {
                    while (held.getCount() > 0) {
                      lock.ifFree(
                          () -> {
                            held.countDown();
                            release.await();
                          });
                    }
                  } catch (Exception e) {
                    throw new IllegalStateException(e);
                  }
                });
    held.await();
  }

  public void release() throws InterruptedException {
    release.countDown();
    holder.join();
  }
}
