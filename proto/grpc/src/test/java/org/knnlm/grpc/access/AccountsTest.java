package org.knnlm.grpc.access;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class AccountsTest {
  private static final String LINES =
      """
      # the team
      ada:runner:correct horse: battery

      bob:reader:another password
      """;

  @Test
  void aUserHasARoleWithThePasswordOnly() {
    Accounts accounts = Accounts.parse("test", LINES);
    assertThat(accounts.role("ada", "correct horse: battery")).contains(Role.RUNNER);
    assertThat(accounts.role("bob", "another password")).contains(Role.READER);
    assertThat(accounts.role("bob", "correct horse: battery")).isEmpty();
    assertThat(accounts.role("eve", "")).isEmpty();
    assertThat(accounts.role("ada", "")).isEmpty();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "ada | test, line 1: NAME:ROLE:PASSWORD is needed",
        "a/b:reader:a good password | test, line 1: NAME:ROLE:PASSWORD is needed",
        "ada:admin:a good password | test, line 1: found the role \"admin\", allowed are reader and runner",
        "ada:reader:short | test, line 1: the password of ada has 5 characters, 12 or more are needed",
        "# nobody | test: found no account"
      })
  void theLineAtFaultIsNamedWithoutItsPassword(String lines, String message) {
    assertThatThrownBy(() -> Accounts.parse("test", lines))
        .isInstanceOf(InvalidAccountsException.class)
        .hasMessage(message);
  }

  @Test
  void aNameIsUsedOnce() {
    assertThatThrownBy(() -> Accounts.parse("test", LINES + "ada:reader:yet another one"))
        .hasMessage("test, line 5: found ada for the second time");
    assertThatThrownBy(() -> Accounts.read(Path.of("/none")))
        .hasMessage("accounts: /none cannot be read");
  }

  @Test
  void aTokenIsAUsersPassword() {
    Accounts accounts = Accounts.parse("test", LINES);
    assertThat(accounts.user("another password")).contains(new Accounts.User("bob", Role.READER));
    assertThat(accounts.user("yet another one")).isEmpty();
    assertThat(accounts.user("")).isEmpty();
    assertThatThrownBy(() -> Accounts.parse("test", LINES + "eve:runner:another password"))
        .hasMessage("test, line 5: bob and eve have the same password");
  }
}
