package org.knnlm.eval.security;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.knnlm.eval.ServiceProcess;

/** The packaged service on addresses that others reach. */
class ExposureIT {
  @TempDir private Path folder;

  @Test
  void withoutAuthenticationItDoesNotStartOffLoopback() throws Exception {
    ServiceProcess eval = ServiceProcess.eval(1, folder, "quarkus.http.host", "0.0.0.0");
    assertThat(eval.process().waitFor(2, TimeUnit.MINUTES)).isTrue();
    assertThat(eval.process().exitValue()).isEqualTo(1);
    assertThat(eval.log())
        .contains("eval-service: quarkus.http.host is 0.0.0.0, which others in the network reach")
        .contains("knnlm.security.accounts-file")
        .doesNotContain("\tat ");
    assertThat(folder.resolve("postgres")).doesNotExist();
  }

  @Test
  void accountsThatCannotBeUsedStopIt() throws Exception {
    Path file = Files.writeString(folder.resolve("accounts"), "ada:runner:secret\n");
    ServiceProcess eval =
        ServiceProcess.eval(1, folder, "knnlm.security.accounts-file", file.toString());
    assertThat(eval.process().waitFor(2, TimeUnit.MINUTES)).isTrue();
    assertThat(eval.process().exitValue()).isEqualTo(1);
    assertThat(eval.log())
        .contains("accounts, line 1: the password of ada has 6 characters")
        .doesNotContain("secret");
  }

  @Test
  void withAccountsItAnswersThoseWhoHaveOne() throws Exception {
    Path file = Files.writeString(folder.resolve("accounts"), "ada:runner:a good password\n");
    try (var eval =
        ServiceProcess.eval(
            1,
            folder,
            "quarkus.http.host",
            "0.0.0.0",
            "knnlm.security.accounts-file",
            file.toString())) {
      eval.awaitAnswer();
      assertThat(eval.request().get("/api/runs").statusCode()).isEqualTo(401);
      assertThat(
              eval.request()
                  .auth()
                  .preemptive()
                  .basic("ada", "a good password")
                  .get("/api/runs")
                  .statusCode())
          .isEqualTo(200);
    }
  }
}
