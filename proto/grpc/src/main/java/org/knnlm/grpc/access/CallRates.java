package org.knnlm.grpc.access;

import io.github.bucket4j.Bucket;
import io.github.bucket4j.ConsumptionProbe;
import io.quarkus.runtime.configuration.ConfigurationException;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.ConcurrentHashMap;

/**
 * How often an account may call this service, where {@code knnlm.security.calls-per-minute} says
 * so: a minute's calls may come at once.
 */
@Singleton
public final class CallRates {
  private static final String SETTING = "knnlm.security.calls-per-minute";

  private final OptionalInt perMinute;
  private final Map<String, Bucket> buckets = new ConcurrentHashMap<>();

  /**
   * Reads the rate.
   *
   * @throws ConfigurationException when it is less than 1
   */
  CallRates(AccessSettings settings) {
    this.perMinute = settings.callsPerMinute();
    if (perMinute.isPresent() && perMinute.getAsInt() < 1) {
      throw new ConfigurationException(
          "%s: found %d, 1 or more are allowed".formatted(SETTING, perMinute.getAsInt()));
    }
  }

  /**
   * Why a call is refused.
   *
   * @param pause until another one is not
   */
  public record Refusal(String message, Duration pause) {}

  /** Counts a call of an account; empty when it may be made. */
  public Optional<Refusal> take(String account) {
    if (perMinute.isEmpty()) {
      return Optional.empty();
    }
    ConsumptionProbe taken =
        buckets
            .computeIfAbsent(account, _ -> bucket(perMinute.getAsInt()))
            .tryConsumeAndReturnRemaining(1);
    if (taken.isConsumed()) {
      return Optional.empty();
    }
    var pause = Duration.ofNanos(taken.getNanosToWaitForRefill());
    return Optional.of(
        new Refusal(
            "%s may call %d times a minute (%s), and again in %.1f s"
                .formatted(account, perMinute.getAsInt(), SETTING, pause.toNanos() / 1e9),
            pause));
  }

  private static Bucket bucket(int perMinute) {
    return Bucket.builder()
        .addLimit(limit -> limit.capacity(perMinute).refillGreedy(perMinute, Duration.ofMinutes(1)))
        .build();
  }
}
