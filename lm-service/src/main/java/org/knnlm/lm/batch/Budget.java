package org.knnlm.lm.batch;

import java.util.concurrent.atomic.AtomicLong;

/** An amount of something that callers hold parts of. */
public final class Budget {
  private final String what;
  private final long most;
  private final AtomicLong held = new AtomicLong();
  private final AtomicLong refused = new AtomicLong();

  /**
   * A budget that nobody holds anything of.
   *
   * @param what it is an amount of, for errors
   */
  public Budget(String what, long most) {
    this.what = what;
    this.most = most;
  }

  /** A part that is held until it is closed. */
  public interface Part extends AutoCloseable {
    @Override
    void close();
  }

  /**
   * Takes a part.
   *
   * @throws TooBusyException when so much is not free
   */
  public Part take(long amount) {
    long before = held.getAndUpdate(now -> now + amount <= most ? now + amount : now);
    if (before + amount > most) {
      refused.incrementAndGet();
      throw new TooBusyException(
          "%,d %s are needed, but of %,d only %,d are free"
              .formatted(amount, what, most, most - before));
    }
    return () -> held.addAndGet(-amount);
  }

  /** What is held now. */
  public long held() {
    return held.get();
  }

  /** What may be held. */
  public long most() {
    return most;
  }

  /** How often there was not enough, since the start. */
  public long refused() {
    return refused.get();
  }
}
