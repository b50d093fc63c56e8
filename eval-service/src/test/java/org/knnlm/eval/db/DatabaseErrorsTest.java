package org.knnlm.eval.db;

import static org.assertj.core.api.Assertions.assertThat;

import java.sql.SQLException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DatabaseErrorsTest {
  @ParameterizedTest
  @ValueSource(strings = {"08006", "53100", "57P01"})
  void connectionsRoomAndStoppingServersPass(String state) {
    var reason = new SQLException("terminating connection", state);
    assertThat(DatabaseErrors.passing(new IllegalStateException(new RuntimeException(reason))))
        .containsSame(reason);
  }

  @Test
  void aPoolWithoutConnectionsPasses() {
    assertThat(DatabaseErrors.passing(new SQLException("Acquisition timeout"))).isPresent();
  }

  @Test
  void otherErrorsDoNot() {
    assertThat(DatabaseErrors.passing(new SQLException("duplicate key", "23505"))).isEmpty();
    assertThat(DatabaseErrors.passing(new IllegalStateException("no database"))).isEmpty();
  }
}
