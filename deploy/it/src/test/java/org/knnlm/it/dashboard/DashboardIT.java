package org.knnlm.it.dashboard;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.openqa.selenium.Keys;

/** The dashboard in a browser, with the packaged services behind it and runs that they made. */
class DashboardIT {
  private static final int WIDE = 1280;
  private static final int NARROW = 390;

  @TempDir static Path data;

  private static Services services;
  private static Browser browser;

  @BeforeAll
  static void start() throws Exception {
    services = Services.start(data);
    browser = Browser.at(services.address());
    browser.open("#/runs").theme("light");
  }

  @AfterAll
  static void stop() {
    try (var running = services;
        var open = browser) {
      assertThat(running).isNotNull();
      assertThat(open).isNotNull();
    }
  }

  @BeforeEach
  void wide() {
    browser.width(WIDE).complaints();
  }

  /** Every view, by its deep link. */
  private static Stream<String> views() {
    String tasks = "#/runs/" + services.tasks();
    String text = "#/runs/" + services.text();
    return Stream.of(
        "#/runs",
        tasks,
        tasks + "?metrics=all",
        text,
        text + "/grid",
        text + "/perplexity",
        text + "/windows/0?setting=10&token=80",
        tasks + "/examples?setting=1&changed=true&sort=gain&order=desc",
        tasks + "/examples/capitals/3?rule=tok_mean",
        tasks + "/record",
        text + "/record",
        "#/compare",
        "#/compare?runs=%s,%s&task=capitals".formatted(services.tasks(), services.repeated()),
        "#/datastores",
        "#/tasks?task=capitals",
        "#/new",
        "#/nowhere");
  }

  private static Stream<Arguments> looks() {
    return views()
        .flatMap(
            view ->
                Stream.of("light", "dark")
                    .flatMap(
                        theme ->
                            Stream.of(WIDE, NARROW)
                                .map(width -> Arguments.of(view, theme, width))));
  }

  @ParameterizedTest
  @MethodSource("looks")
  void everyoneCanReadIt(String view, String theme, int width) {
    browser.width(width).theme(theme).open(view);
    settle();
    assertThat(browser.accessibilityProblems()).isEmpty();
    assertThat((Long) browser.run("return document.documentElement.scrollWidth"))
        .as("nothing is beside the page")
        .isLessThanOrEqualTo(width);
    assertThat(browser.complaints()).isEmpty();
  }

  /** Until nothing is loading and charts are drawn. */
  private static void settle() {
    browser.await("!/Loading|Searching/.test(document.querySelector('main').innerText)");
    browser.await(
        "[...document.querySelectorAll('main svg')].every((it) => it.children.length > 0)");
  }

  @Test
  void numbersAreTheServicesOwn() throws Exception {
    browser.theme("light").open("#/runs/" + services.tasks());
    JsonNode results = services.get("/api/compare?runs=" + services.tasks()).at("/rows/0/results");
    String page = browser.text("main table");
    for (JsonNode result : results) {
      assertThat(page).contains(percent(result.at("/value")), percent(result.at("/interval/low")));
    }
    double change = 100 * results.at("/1/difference/value").asDouble();
    assertThat(page).contains(String.format(Locale.ROOT, "%+.1f", change).replace('-', '−'));
    assertThat(browser.count("main svg circle")).isEqualTo(4);
  }

  private static String percent(JsonNode share) {
    return String.format(Locale.ROOT, "%.1f", 100 * share.asDouble());
  }

  @Test
  void aRunIsStartedWatchedAndRepeated() throws Exception {
    browser.open("#/new").enter("name", "From the page").enter("limit", "20");
    browser.run("document.querySelector('[value=capitals]').click()");
    browser.enter("datastore", "demo").enter("k", "16, 64").enter("lambda", "0.25,0.5");
    browser.awaitText("The base model and 4 settings.");
    browser
        .click("Start")
        .awaitText("From the page")
        .awaitText("Done")
        .await("document.querySelector('main table')");
    String run = browser.text("main h1").replaceAll("\\D+", "");
    assertThat(services.get("/api/runs/" + run).at("/settings")).hasSize(4);

    browser.click("Repeat").await("!location.hash.endsWith('/%s')".formatted(run)).awaitView();
    String repeated = browser.text("main h1").replaceAll("\\D+", "");
    assertThat(services.get("/api/runs/" + repeated).at("/repeats").asText()).isEqualTo(run);
    services.await(repeated);
  }

  @Test
  void whatIsWrongWithARunIsSaid() {
    browser.open("#/new").enter("datastore", "demo").enter("k", "many").click("Start");
    browser.await("document.querySelector('main [role=alert]')");
    assertThat(browser.text("main [role=alert]")).startsWith("Refused.");
  }

  @Test
  void aHundredThousandExamplesAreAListLikeAnyOther() throws Exception {
    // What they score does not matter, only how many they are
    String run = services.submit(Services.run("many"));
    browser
        .open("#/runs")
        .await("document.querySelector('#run-%s [role=progressbar]')".formatted(run));
    browser.open("#/runs/" + run).click("Pause").awaitText("Paused");
    browser.open("#/runs/%s/examples?sort=seconds&order=desc".formatted(run));
    browser.awaitText("100,000 in all").await("document.querySelectorAll('main .row').length > 10");
    assertThat(browser.count("main .row")).as("elements are for rows in sight").isLessThan(60);

    browser.run("document.querySelector('main .row').focus()");
    browser
        .press(Keys.END)
        .await("document.activeElement.getAttribute('aria-rowindex') === '100001'");
    browser
        .press(Keys.ARROW_UP)
        .await("document.activeElement.getAttribute('aria-rowindex') === '100000'");
    browser.press(Keys.ENTER).awaitText("many ");

    browser.open("#/runs/" + run).click("Resume").awaitText("Running");
    browser.click("Stop").awaitText("Cancelled");
    assertThat(services.get("/api/runs/" + run).at("/state").asText()).isEqualTo("CANCELLED");
  }

  @Test
  void markupOfADataSetIsText() {
    String run = "#/runs/" + services.tasks();
    for (String view :
        List.of(
            run + "/examples?task=capitals",
            run + "/examples/capitals/3",
            "#/compare?runs=" + services.tasks())) {
      browser.open(view);
      settle();
      browser.await(
          "document.body.innerText.includes('<img src=x onerror=') || !location.hash.includes('examples')");
      assertThat(browser.count("main img, main script, main b")).as(view).isZero();
      assertThat(browser.run("return window.intruder === undefined")).as(view).isEqualTo(true);
    }
    // and if a script of ours ever made markup of text, the browser would not let it
    assertThat(
            browser.run(
                "try { document.body.innerHTML = '<b>'; return 'made' } catch (e) { return e.name }"))
        .isEqualTo("TypeError");
  }

  @Test
  void keysLeadEverywhere() {
    browser.open("#/runs").press("g").press("d").await("location.hash === '#/datastores'");
    browser.awaitView().press("g").press("r").await("location.hash === '#/runs'").awaitView();
    assertThat(browser.run("return document.activeElement.tagName"))
        .as("a new page is read")
        .isEqualTo("H1");
    browser.press("?").await("document.querySelector('dialog').open");
    browser.press(Keys.ESCAPE).await("!document.querySelector('dialog').open");
    browser.open("#/runs/%s/examples/capitals/3".formatted(services.tasks()));
    browser.press("]").await("location.hash.includes('/capitals/4')");
  }

  @Test
  void probabilitiesMoveAsTheServiceMovesThem() throws Exception {
    browser.open("#/runs");
    for (int k : new int[] {1, 7, 64}) {
      moveAsTheServices(k, false);
    }
    moveAsTheServices(64, true); // the service takes fewer in another order
    Object mixed =
        browser.runLater(
            "const done = arguments[0]; import('/dashboard/maths.js').then((it) => done(it.mix(0.8, 0.1, 0.25)));");
    assertThat(((Number) mixed).doubleValue()).isCloseTo(0.275, within(1e-12));
  }

  private static void moveAsTheServices(int k, boolean exact) {
    Services.Neighbours found = services.neighbours(64, exact);
    for (float temperature : new float[] {0.5f, 10, 300}) {
      Object ours =
          browser.runLater(
              """
              const [distances, isTarget, k, temperature, done] = arguments;
              import("/dashboard/maths.js").then((it) =>
                done(it.neighbourProbability(distances, isTarget, k, temperature)), (e) => done(String(e)));""",
              found.distances(),
              found.isTarget(),
              k,
              temperature);
      assertThat(((Number) ours).doubleValue())
          .isCloseTo(services.probability(found, k, temperature, exact), within(1e-5));
    }
  }

  @Test
  void aTokenHasItsNeighboursAndItsProbabilityMoves() throws Exception {
    String window = "/api/runs/%s/windows/1/tokens".formatted(services.text());
    JsonNode tokens = services.get(window);
    int position = tokens.get("firstTarget").asInt() + 20;
    int setting = 10;
    JsonNode found =
        services.get("%s/%d/neighbours?setting=%d".formatted(window, position, setting));
    JsonNode token = tokens.get("tokens").get(position);

    browser.open("#/runs/%s/windows/1?setting=%d".formatted(services.text(), setting));
    browser.run(
        "[...document.querySelectorAll('.token')].find((it) => it.position === arguments[0]).click()",
        position);
    settle();
    assertThat((String) browser.run("return location.hash")).contains("token=" + position);
    double mixed = Math.exp(token.get("logProbs").get(setting).asDouble());
    double base = Math.exp(token.get("logProbs").get(0).asDouble());
    assertThat(shown("#p-knn")).isCloseTo(found.get("probability").asDouble(), within(2e-4));
    assertThat(shown("#p-mixed")).as("as the run had it").isCloseTo(mixed, within(2e-4));
    assertThat(browser.count(".beside .neighbour")).isGreaterThan(10);
    assertThat(browser.text(".beside .neighbour"))
        .contains(found.at("/neighbours/0/before").asText().strip());

    browser.enter("lambda", "0");
    assertThat(shown("#p-mixed")).as("without neighbours").isCloseTo(base, within(2e-4));
    assertThat((String) browser.run("return location.hash")).contains("lambda=0");
    browser.run("document.querySelector('.token[tabindex=\"0\"]').focus()");
    browser.press(Keys.ARROW_RIGHT).press(Keys.ENTER);
    browser.await("location.hash.includes('token=%d')".formatted(position + 1));
  }

  private static double shown(String selector) {
    return Double.parseDouble(browser.text(selector).replace('−', '-'));
  }

  @Test
  void whoMayNotIsTold() throws Exception {
    try (Services.Guarded guarded = services.guarded(data.resolve("guarded"));
        Browser other = Browser.at(guarded.address())) {
      other.withoutSigningIn().open("#/runs").awaitText("Sign in to see this.");
      other.header("Authorization", basic("bob", Services.PASSWORD));
      other.open("#/runs").awaitText("There is no run yet.");
      other.open("#/new").click("Start").awaitText("Your account may look, but not do this.");
    }
  }

  private static String basic(String name, String password) {
    return "Basic "
        + Base64.getEncoder()
            .encodeToString((name + ":" + password).getBytes(StandardCharsets.UTF_8));
  }

  /**
   * Pictures of the main views, in the folder of the setting knnlm.screenshots or else in target.
   */
  @Test
  void picturesOfTheMainViews() throws Exception {
    Path folder =
        Files.createDirectories(
            Path.of(System.getProperty("knnlm.screenshots", "target/screenshots")));
    String tasks = "#/runs/" + services.tasks();
    String text = "#/runs/" + services.text();
    Map<String, String> pictures =
        Map.of(
            "runs",
            "#/runs",
            "results",
            tasks,
            "settings",
            text + "/grid",
            "perplexity",
            text + "/perplexity",
            "tokens",
            text + "/windows/0?setting=10&token=80",
            "examples",
            tasks + "/examples?changed=true",
            "example",
            tasks + "/examples/capitals/1",
            "compare",
            "#/compare?runs=%s,%s".formatted(services.tasks(), services.repeated()),
            "datastores",
            "#/datastores");
    for (Map.Entry<String, String> picture : pictures.entrySet()) {
      String theme = List.of("settings", "tokens").contains(picture.getKey()) ? "dark" : "light";
      browser.theme(theme).open(picture.getValue());
      settle();
      browser.screenshot(folder.resolve("dashboard-" + picture.getKey() + ".png"), WIDE);
    }
    browser.width(NARROW).theme("light").open(tasks);
    settle();
    browser.screenshot(folder.resolve("dashboard-narrow.png"), NARROW);
    assertThat(folder.toFile().list()).hasSizeGreaterThanOrEqualTo(pictures.size() + 1);
  }
}
