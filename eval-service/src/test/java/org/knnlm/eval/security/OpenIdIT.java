package org.knnlm.eval.security;

import static io.restassured.RestAssured.given;
import static org.hamcrest.Matchers.is;

import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.QuarkusTestProfile;
import io.quarkus.test.junit.TestProfile;
import io.restassured.response.ValidatableResponse;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.security.Signature;
import java.security.spec.PKCS8EncodedKeySpec;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.knnlm.eval.TestDatabase;

/** Tokens of an OpenID provider, whose key the service is told. */
@QuarkusTest
@QuarkusTestResource(TestDatabase.class)
@TestProfile(OpenIdIT.WithProvider.class)
class OpenIdIT {
  /** The provider's key is a system property: the profile and the test are loaded apart. */
  private static final String PRIVATE_KEY = "org.knnlm.eval.test.private-key";

  /** A provider of tokens. */
  public static class WithProvider implements QuarkusTestProfile {
    @Override
    public Map<String, String> getConfigOverrides() {
      KeyPair pair = newPair();
      System.setProperty(
          PRIVATE_KEY, Base64.getEncoder().encodeToString(pair.getPrivate().getEncoded()));
      return Map.of(
          "quarkus.oidc.tenant-enabled",
          "true",
          "quarkus.oidc.client-id",
          "eval-service",
          "quarkus.oidc.public-key",
          Base64.getEncoder().encodeToString(pair.getPublic().getEncoded()));
    }
  }

  private static KeyPair newPair() {
    try {
      return KeyPairGenerator.getInstance("RSA").generateKeyPair();
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  private static PrivateKey providersKey() throws GeneralSecurityException {
    byte[] encoded = Base64.getDecoder().decode(System.getProperty(PRIVATE_KEY));
    return KeyFactory.getInstance("RSA").generatePrivate(new PKCS8EncodedKeySpec(encoded));
  }

  private static String token(String role, Duration validFor, PrivateKey key)
      throws GeneralSecurityException {
    String content =
        base64("{\"alg\":\"RS256\",\"typ\":\"JWT\"}")
            + "."
            + base64(
                """
                {"iss":"test","upn":"ada","sub":"ada","groups":["%s"],"iat":%d,"exp":%d}"""
                    .formatted(
                        role,
                        Instant.now().minusSeconds(7200).getEpochSecond(),
                        Instant.now().plus(validFor).getEpochSecond()));
    Signature signature = Signature.getInstance("SHA256withRSA");
    signature.initSign(key);
    signature.update(content.getBytes(StandardCharsets.UTF_8));
    return content + "." + Base64.getUrlEncoder().withoutPadding().encodeToString(signature.sign());
  }

  private static String base64(String text) {
    return Base64.getUrlEncoder()
        .withoutPadding()
        .encodeToString(text.getBytes(StandardCharsets.UTF_8));
  }

  private static ValidatableResponse get(String token) {
    return given().auth().preemptive().oauth2(token).get("/api/runs").then();
  }

  private static ValidatableResponse post(String token) {
    return given()
        .auth()
        .preemptive()
        .oauth2(token)
        .contentType("application/json")
        .body("{}")
        .post("/api/runs")
        .then();
  }

  @Test
  void rolesComeWithTheToken() throws Exception {
    String reader = token("reader", Duration.ofHours(1), providersKey());
    get(reader).statusCode(200);
    post(reader)
        .statusCode(403)
        .body("detail", is("ada has the roles [reader], which do not allow POST"));
    post(token("runner", Duration.ofHours(1), providersKey())).statusCode(400);
    get(token("stranger", Duration.ofHours(1), providersKey())).statusCode(403);
  }

  @Test
  void tokensOfOthersAndOldOnesAreNone() throws Exception {
    get(token("runner", Duration.ofHours(-1), providersKey()))
        .statusCode(401)
        .header("WWW-Authenticate", is("Bearer"));
    get(token("runner", Duration.ofHours(1), newPair().getPrivate())).statusCode(401);
    given().get("/api/runs").then().statusCode(401);
  }
}
