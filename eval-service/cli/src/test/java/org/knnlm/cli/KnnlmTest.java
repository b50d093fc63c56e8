package org.knnlm.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import picocli.CommandLine;

/** What goes over the wire, and what comes of answers that a service seldom gives. */
class KnnlmTest {
  private final StringWriter errors = new StringWriter();
  private final List<String> requests = new ArrayList<>();
  private HttpServer server;
  private int status = 200;
  private String answer = "{}";

  /** Answers that it cannot now, before the others. */
  private int away;

  @TempDir private Path folder;

  @BeforeEach
  void start() throws IOException {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext("/", this::answer);
    server.start();
  }

  private void answer(HttpExchange exchange) throws IOException {
    try (exchange) {
      requests.add(
          "%s %s %s %s"
              .formatted(
                  exchange.getRequestMethod(),
                  exchange.getRequestURI(),
                  exchange.getRequestHeaders().getFirst("Authorization"),
                  new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8)));
      byte[] body = answer.getBytes(StandardCharsets.UTF_8);
      exchange.sendResponseHeaders(away-- > 0 ? 503 : status, body.length);
      exchange.getResponseBody().write(body);
    }
  }

  @AfterEach
  void stop() {
    server.stop(0);
  }

  private int knnlm(String... arguments) {
    CommandLine line = Knnlm.line().setErr(new PrintWriter(errors, true));
    List<String> all = new ArrayList<>(List.of(arguments));
    all.addAll(List.of("--url", "http://127.0.0.1:" + server.getAddress().getPort() + "/eval"));
    return line.execute(all.toArray(String[]::new));
  }

  @Test
  void aRunIsWhatTheOptionsSay() throws Exception {
    answer = "{\"id\": 7}";
    Path file = Files.writeString(folder.resolve("run.json"), "{\"limit\": 5, \"name\": \"a\"}");
    int exit =
        knnlm(
            "run",
            "--json=" + file,
            "--name=b",
            "--task=obqa,rte",
            "--task=nq",
            "--setting=datastore=wiki,k=64,lambda=0.25,exactDistances=true,oracle.rank=1",
            "--setting=datastore=1e3,preset=llama-2-7b/wiki",
            "--detach");
    assertThat(exit).isZero();
    assertThat(requests).hasSize(1);
    assertThat(requests.getFirst()).startsWith("POST /eval/api/runs null {");
    JsonNode sent = Api.JSON.readTree(requests.getFirst().replaceFirst("[^{]*", ""));
    assertThat(sent)
        .isEqualTo(
            Api.JSON.readTree(
                """
                {"limit": 5, "name": "b", "tasks": ["obqa", "rte", "nq"], "settings": [
                  {"datastore": "wiki", "k": 64, "lambda": 0.25, "exactDistances": true, "oracle": {"rank": 1}},
                  {"datastore": "1e3", "preset": "llama-2-7b/wiki"}]}"""));
  }

  @Test
  void aRunIsOfTheExpectedModelOrOfNone() {
    answer =
        """
        {"id": 7, "checks": [{"name": "gRPC"}, {"name": "lm-service", "data": {"model": "smol"}}]}""";
    assertThat(knnlm("run", "--task=obqa", "--model=large", "--detach")).isEqualTo(4);
    assertThat(errors.toString()).contains("--model: found \"large\", lm-service has \"smol\"");
    assertThat(requests).hasSize(1);
    assertThat(knnlm("run", "--task=obqa", "--model=smol", "--detach")).isZero();
    assertThat(requests).hasSize(3).last().asString().startsWith("POST /eval/api/runs");
  }

  @Test
  void aProblemIsExplainedFieldByField() {
    status = 400;
    answer =
        """
        {"detail": "k: found 0", "errors": [{"field": "settings[0].k", "problem": "found 0, allowed is 1 or more"}]}""";
    assertThat(knnlm("run", "--task=obqa")).isEqualTo(4);
    assertThat(errors.toString())
        .contains("eval-service refuses (400):", "  settings[0].k: found 0, allowed is 1 or more");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "404 | {\"detail\": \"there is no run 3\"} | eval-service refuses (404): there is no run 3",
        "401 | {} | eval-service refuses (401)",
        "502 | <html> | eval-service answers 502",
        "200 | <html> | does not answer as eval-service does",
        "302 | '' | eval-service answers 302"
      })
  void anAnswerThatIsNoneIsSaid(int code, String body, String message) {
    status = code;
    answer = body;
    assertThat(knnlm("watch", "3")).isEqualTo(4);
    assertThat(errors.toString()).contains(message);
  }

  @Test
  void aRunIsAskedForAgainWhileTheServiceCannot() {
    answer = "{\"id\": 7, \"detail\": \"index-service is away\"}";
    away = 1;
    assertThat(knnlm("run", "--task=obqa", "--detach")).isZero();
    assertThat(requests).hasSize(2).allMatch(request -> request.startsWith("POST /eval/api/runs"));
    away = 2;
    assertThat(knnlm("run", "--task=obqa", "--detach", "--patience=0")).isPositive();
    assertThat(errors.toString()).contains("eval-service refuses (503): index-service is away");
    assertThat(requests).hasSize(3);
  }

  @Test
  void whoAsksIsSaid() throws Exception {
    Path file = Files.writeString(folder.resolve("password"), "secret\n");
    answer = "[]";
    assertThat(knnlm("tasks", "--user=ada", "--password-file=" + file)).isZero();
    assertThat(requests.getFirst()).contains("GET /eval/api/tasks Basic YWRhOnNlY3JldA==");
    assertThat(knnlm("tasks", "--user=ada")).isEqualTo(2);
    assertThat(errors.toString()).contains("a user needs $KNNLM_PASSWORD or --password-file");
  }

  @ParameterizedTest
  @CsvSource({
    "run --setting k, KEY=VALUE pairs are needed",
    "run --setting =3, KEY=VALUE pairs are needed",
    "watch, Missing required parameter",
    "watch x, is not a long",
    "export 1, Missing required option",
    "tasks --url ftp://x, allowed is http://HOST:PORT",
    "tasks --trust none.pem, --trust: none.pem has no certificates",
    "tasks --trust /dev/null, --trust: /dev/null has no certificates: it is empty"
  })
  void aWrongCommandLineIsSaid(String arguments, String message) {
    CommandLine line = Knnlm.line().setErr(new PrintWriter(errors, true));
    assertThat(line.execute(arguments.split(" ", -1))).isEqualTo(2);
    assertThat(errors.toString()).contains(message);
    assertThat(requests).isEmpty();
  }

  @Test
  void textsInAddressesAreEscaped() {
    knnlm("compare", "1", "2", "--examples", "a b&c", "--page", "3");
    knnlm("export", "4", "--format", "harness", "--setting", "1");
    assertThat(requests)
        .containsExactly(
            "GET /eval/api/compare/examples?runs=1,2&task=a%20b%26c&page=3 null ",
            "GET /eval/api/runs/4/export?format=harness&setting=1 null ");
  }

  @Test
  void aServiceThatIsNotThereIsSaid() {
    server.stop(0);
    assertThat(knnlm("tasks")).isEqualTo(5);
    assertThat(errors.toString()).contains("eval-service cannot be reached at http://127.0.0.1:");
  }
}
