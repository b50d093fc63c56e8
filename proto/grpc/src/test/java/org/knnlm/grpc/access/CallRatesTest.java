package org.knnlm.grpc.access;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;

class CallRatesTest {
  private static CallRates rates(OptionalInt perMinute) {
    return new CallRates(
        new AccessSettings() {
          @Override
          public Optional<String> accounts() {
            return Optional.empty();
          }

          @Override
          public Optional<Path> accountsFile() {
            return Optional.empty();
          }

          @Override
          public OptionalInt callsPerMinute() {
            return perMinute;
          }

          @Override
          public Optional<String> token() {
            return Optional.empty();
          }

          @Override
          public Optional<Path> tokenFile() {
            return Optional.empty();
          }
        });
  }

  @Test
  void eachAccountHasItsOwn() {
    CallRates rates = rates(OptionalInt.of(3));
    for (int i = 0; i < 3; i++) {
      assertThat(rates.take("ada")).isEmpty();
    }
    assertThat(rates.take("ada"))
        .hasValueSatisfying(
            refusal -> {
              assertThat(refusal.message())
                  .startsWith("ada may call 3 times a minute (knnlm.security.calls-per-minute)");
              assertThat(refusal.pause()).isBetween(Duration.ofSeconds(15), Duration.ofSeconds(20));
            });
    assertThat(rates.take("bob")).isEmpty();
  }

  @Test
  void withoutARateNobodyIsRefused() {
    CallRates rates = rates(OptionalInt.empty());
    for (int i = 0; i < 1000; i++) {
      assertThat(rates.take("ada")).isEmpty();
    }
  }

  @Test
  void aRateIsPositive() {
    assertThatThrownBy(() -> rates(OptionalInt.of(0)))
        .hasMessage("knnlm.security.calls-per-minute: found 0, 1 or more are allowed");
  }
}
