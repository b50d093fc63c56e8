package org.knnlm.eval.security;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.both;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.greaterThan;
import static org.hamcrest.Matchers.is;
import static org.hamcrest.Matchers.lessThan;
import static org.hamcrest.Matchers.not;
import static org.hamcrest.Matchers.startsWith;

import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.QuarkusTestProfile;
import io.quarkus.test.junit.TestProfile;
import io.restassured.response.Response;
import io.restassured.response.ValidatableResponse;
import io.restassured.specification.RequestSpecification;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.knnlm.eval.TestDatabase;

@QuarkusTest
@QuarkusTestResource(TestDatabase.class)
@TestProfile(AccessIT.WithAccounts.class)
class AccessIT {
  private static final String READER = "bob";
  private static final String RUNNER = "ada";
  private static final String BUSY = "cleo";
  private static final String PASSWORD = "a password of ";

  /** Two readers and a runner. */
  public static class WithAccounts implements QuarkusTestProfile {
    @Override
    public Map<String, String> getConfigOverrides() {
      return Map.of(
          "knnlm.security.accounts",
          "%2$s:reader:%1$s%2$s\n%3$s:runner:%1$s%3$s\n%4$s:reader:%1$s%4$s"
              .formatted(PASSWORD, READER, RUNNER, BUSY),
          "knnlm.security.calls-per-minute",
          "20");
    }
  }

  private static ValidatableResponse problem(ValidatableResponse response, int status) {
    return response
        .statusCode(status)
        .contentType(containsString("application/problem+json"))
        .body("status", is(status));
  }

  @ParameterizedTest
  @ValueSource(strings = {"/api/runs", "/api/runs/1/progress", "/api/none"})
  void whoIsUnknownSeesNothing(String path) {
    problem(given().get(path).then(), 401)
        .header("WWW-Authenticate", is("Basic realm=\"eval-service\""))
        .body("detail", is("a user with a password, or a token, is needed"));
    problem(given().auth().preemptive().basic(READER, PASSWORD + RUNNER).get(path).then(), 401);
    problem(given().auth().preemptive().basic("eve", PASSWORD + READER).get(path).then(), 401);
    problem(given().auth().preemptive().oauth2("no.token.ofours").get(path).then(), 401);
  }

  /** Paths that a router and a rule about paths may read differently, as in CVE-2026-50559. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "/api/runs;x=1",
        "/api/runs%3Bx",
        "/api%3Bx/runs",
        "/api%2Fruns",
        "//api/runs",
        "/api/./runs",
        "/x/../api/runs",
        "/x/%2E%2E/api/runs",
        "/api%5Cruns"
      })
  void noSpellingOfAPathGoesAround(String path) {
    Response response = given().urlEncodingEnabled(false).get(path);
    assertThat(response.statusCode()).as(response.asString()).isIn(401, 404);
  }

  @Test
  void aReaderLooksButDoesNotRun() {
    as(READER).get("/api/runs").then().statusCode(200).body("page", is(0));
    problem(as(READER).contentType("application/json").body("{}").post("/api/runs").then(), 403)
        .body("detail", is("bob has the roles [reader], which do not allow POST"));
  }

  @Test
  void aRunnerDoesBoth() {
    as(RUNNER).get("/api/runs").then().statusCode(200);
    problem(as(RUNNER).contentType("application/json").body("{}").post("/api/runs").then(), 400)
        .body("detail", not(containsString("password")));
  }

  @Test
  void whoAsksTooOftenWaitsAndOthersDoNot() {
    for (int i = 0; i < 20; i++) {
      as(BUSY).get("/api/runs").then().statusCode(200);
    }
    // on a slow machine some calls come back meanwhile, one every three seconds
    Response refused = as(BUSY).get("/api/runs");
    for (int more = 0; more < 20 && refused.statusCode() == 200; more++) {
      refused = as(BUSY).get("/api/runs");
    }
    problem(refused.then(), 429)
        .header("Retry-After", Integer::parseInt, both(greaterThan(0)).and(lessThan(5)))
        .body("detail", startsWith("cleo may call 20 times a minute"));
    as(READER).get("/api/runs").then().statusCode(200);
  }

  private static RequestSpecification as(String user) {
    return given().auth().preemptive().basic(user, PASSWORD + user);
  }

  @Test
  void probesNeedNoUser() {
    assertThat(given().get("/q/health/live").statusCode()).isEqualTo(200);
  }
}
