package org.knnlm.eval.rest;

import static io.restassured.RestAssured.given;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.is;
import static org.hamcrest.Matchers.not;

import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.knnlm.eval.TestDatabase;

/** The dashboard's files as they are sent; what they do is tested in a browser. */
@QuarkusTest
@QuarkusTestResource(TestDatabase.class)
class DashboardPageIT {
  @Test
  void thePageMayDoNoMoreThanItNeeds() {
    given()
        .get("/")
        .then()
        .statusCode(200)
        .contentType("text/html")
        .body(containsString("<main id=\"main\""))
        .body(not(containsString("http://")), not(containsString("https://")))
        .header("Content-Security-Policy", containsString("default-src 'none'"))
        .header("Content-Security-Policy", containsString("trusted-types 'none'"))
        .header("Content-Security-Policy", not(containsString("unsafe")))
        .header("X-Content-Type-Options", is("nosniff"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "/dashboard/main.js",
        "/dashboard/style/theme.css",
        "/d3/d3.min.js",
        "/d3/LICENSE"
      })
  void itsFilesComeFromHere(String path) {
    given().get(path).then().statusCode(200);
  }

  @Test
  void servicesThatAreAwaySaySo() {
    given()
        .get("/api/services")
        .then()
        .statusCode(200)
        .body("find { it.name == 'eval-service' }.problem", is((String) null))
        .body("find { it.name == 'lm-service' }.problem", containsString("lm-service"))
        .body("find { it.name == 'index-service' }.problem", containsString("does not answer"));
  }
}
