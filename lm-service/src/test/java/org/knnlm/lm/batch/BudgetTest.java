package org.knnlm.lm.batch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class BudgetTest {
  @Test
  void nobodyTakesMoreThanIsFree() {
    var budget = new Budget("bytes", 2000);
    try (var _ = budget.take(1500)) {
      assertThat(budget.held()).isEqualTo(1500);
      assertThatThrownBy(() -> budget.take(501))
          .isInstanceOf(TooBusyException.class)
          .hasMessage("501 bytes are needed, but of 2,000 only 500 are free");
      budget.take(500).close();
    }
    assertThat(budget.held()).isZero();
    assertThatThrownBy(() -> budget.take(2001)).isInstanceOf(TooBusyException.class);
  }

  @Test
  void threadsDoNotOverdrawIt() {
    var budget = new Budget("calls", 3);
    var inside = new AtomicInteger();
    var most = new AtomicInteger();
    try (var threads = Executors.newFixedThreadPool(8)) {
      for (int i = 0; i < 2000; i++) {
        threads.execute(
            () -> {
              try (var _ = budget.take(1)) {
                most.accumulateAndGet(inside.incrementAndGet(), Math::max);
                inside.decrementAndGet();
              } catch (TooBusyException full) {
                assertThat(full).hasMessageContaining("calls are needed");
              }
            });
      }
    }
    assertThat(most.get()).isBetween(1, 3);
    assertThat(budget.held()).isZero();
  }
}
