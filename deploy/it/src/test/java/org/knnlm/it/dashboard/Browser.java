package org.knnlm.it.dashboard;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.logging.Level;
import java.util.stream.Stream;
import org.openqa.selenium.OutputType;
import org.openqa.selenium.bidi.module.Network;
import org.openqa.selenium.bidi.network.AddInterceptParameters;
import org.openqa.selenium.bidi.network.InterceptPhase;
import org.openqa.selenium.chrome.ChromeDriver;
import org.openqa.selenium.chrome.ChromeDriverService;
import org.openqa.selenium.chrome.ChromeOptions;
import org.openqa.selenium.interactions.Actions;
import org.openqa.selenium.logging.LogType;
import org.openqa.selenium.logging.LoggingPreferences;

/** The system's chromium without a window, at a page of the dashboard. */
final class Browser implements AutoCloseable {
  private static final Duration PATIENCE = Duration.ofMinutes(2);
  private static final int HEIGHT = 900;

  /** What axe checks: WCAG 2.2, levels A and AA. */
  private static final String CHECK =
      """
      const done = arguments[0];
      axe.run({runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]}).then((found) =>
        done(found.violations.flatMap((it) => it.nodes.map((node) =>
          `${it.id}: ${node.html.slice(0, 200)} ${node.failureSummary}`))), (e) => done([String(e)]));
      """;

  private final String address;
  private final ChromeDriver driver;
  private final Network network;

  private Browser(String address, ChromeDriver driver) {
    this.address = address;
    this.driver = driver;
    this.network = new Network(driver);
  }

  /**
   * Starts it.
   *
   * @param address of eval-service
   */
  static Browser at(String address) {
    var options = new ChromeOptions();
    options.setBinary(program("chromium", "chromium-browser", "google-chrome").toFile());
    // Without a sandbox, because tests may run as root; it meets no page but ours
    options.addArguments(
        "--headless=new",
        "--no-sandbox",
        "--disable-gpu",
        "--disable-dev-shm-usage",
        "--hide-scrollbars");
    var logs = new LoggingPreferences();
    logs.enable(LogType.BROWSER, Level.ALL);
    options.setCapability("goog:loggingPrefs", logs);
    options.setCapability("webSocketUrl", true);
    ChromeDriverService service =
        new ChromeDriverService.Builder()
            .usingDriverExecutable(program("chromedriver").toFile())
            .usingAnyFreePort()
            .build();
    var driver = new ChromeDriver(service, options);
    driver.manage().timeouts().scriptTimeout(PATIENCE);
    return new Browser(address, driver);
  }

  private static Path program(String... names) {
    return Stream.of(names)
        .flatMap(name -> Stream.of(System.getenv("PATH").split(":")).map(it -> Path.of(it, name)))
        .filter(Files::isExecutable)
        .findFirst()
        .orElseThrow(
            () ->
                new AssertionError(
                    "%s is needed for the dashboard's tests: Debian's packages chromium and chromium-driver have it"
                        .formatted(names[0])));
  }

  /**
   * Opens an address of the dashboard, such as {@code #/runs/1}, as somebody who follows a link.
   */
  Browser open(String route) {
    driver.get("about:blank");
    driver.get(address + "/" + route);
    return awaitView();
  }

  /** Waits until a view is there. */
  Browser awaitView() {
    return await(
        "document.querySelector('main h1') && !document.querySelector('main').hasAttribute('aria-busy')");
  }

  /** Waits until an expression is true. */
  Browser await(String expression) {
    long deadline = System.nanoTime() + PATIENCE.toNanos();
    while (!Boolean.TRUE.equals(run("return Boolean(" + expression + ")"))) {
      assertThat(System.nanoTime())
          .as("%s; the page has: %s", expression, text("main"))
          .isLessThan(deadline);
      try {
        Thread.sleep(50);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new IllegalStateException(e);
      }
    }
    return this;
  }

  /** Waits until a text is on the page. */
  Browser awaitText(String text) {
    return await("document.body.innerText.includes(" + quoted(text) + ")");
  }

  private static String quoted(String text) {
    return "\"" + text.replace("\\", "\\\\").replace("\"", "\\\"") + "\"";
  }

  /** The text of the first element of a selector; empty without one. */
  String text(String selector) {
    return Objects.requireNonNullElse(
        (String) run("return document.querySelector(arguments[0])?.innerText ?? ''", selector), "");
  }

  /** How many elements a selector has. */
  long count(String selector) {
    return (Long) run("return document.querySelectorAll(arguments[0]).length", selector);
  }

  /** Clicks on the button or link of a text, in the main part of the page. */
  Browser click(String text) {
    String find =
        "[...document.querySelectorAll('main button, main a, main summary')].find((it) => it.textContent.trim() === %s)"
            .formatted(quoted(text));
    await(find);
    run("return " + find + ".click()");
    return this;
  }

  /** Puts a value into a field, as typing does. */
  Browser enter(String id, String value) {
    run(
        """
        const field = document.getElementById(arguments[0]);
        field.value = arguments[1];
        field.dispatchEvent(new Event("input", {bubbles: true}));
        field.dispatchEvent(new Event("change", {bubbles: true}));""",
        id,
        value);
    return this;
  }

  /** Presses keys, whatever has the focus. */
  Browser press(CharSequence... keys) {
    // Through the keyboard: an element that had the focus may be gone before it gets a key
    var keyboard = new Actions(driver);
    for (CharSequence key : keys) {
      keyboard.sendKeys(key);
    }
    keyboard.perform();
    return this;
  }

  /** Runs a script. */
  Object run(String script, Object... arguments) {
    return driver.executeScript(script, arguments);
  }

  /** Runs a script that calls its last argument when it is done. */
  Object runLater(String script, Object... arguments) {
    return driver.executeAsyncScript(script, arguments);
  }

  Browser width(int width) {
    driver.executeCdpCommand(
        "Emulation.setDeviceMetricsOverride",
        Map.of("width", width, "height", HEIGHT, "deviceScaleFactor", 1, "mobile", width < 500));
    return this;
  }

  /** Light or dark, as somebody chose it. */
  Browser theme(String theme) {
    run("localStorage.setItem('theme', arguments[0])", theme);
    return this;
  }

  /** Sends a header with every request, as a browser does whose user has signed in. */
  Browser header(String name, String value) {
    driver.executeCdpCommand("Network.enable", Map.of());
    driver.executeCdpCommand("Network.setExtraHTTPHeaders", Map.of("headers", Map.of(name, value)));
    return this;
  }

  /** Closes the dialog in which the browser itself asks for a password. */
  Browser withoutSigningIn() {
    network.addIntercept(new AddInterceptParameters(InterceptPhase.AUTH_REQUIRED));
    network.onAuthRequired(asked -> network.cancelAuth(asked.getRequest().getRequestId()));
    return this;
  }

  /** What axe finds wrong with the page, an element each. */
  @SuppressWarnings("unchecked")
  List<String> accessibilityProblems() {
    try (InputStream axe = Browser.class.getResourceAsStream("/axe.min.js")) {
      run(new String(axe.readAllBytes(), StandardCharsets.UTF_8));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return (List<String>) runLater(CHECK);
  }

  /**
   * What the browser complained of since the last call, violations of the content policy included.
   */
  List<String> complaints() {
    return driver.manage().logs().get(LogType.BROWSER).getAll().stream()
        .filter(entry -> entry.getLevel().intValue() >= Level.WARNING.intValue())
        .map(entry -> entry.getMessage())
        .toList();
  }

  /** A picture of the page, of its whole length up to a limit. */
  void screenshot(Path file, int width) {
    long length = (Long) run("return document.documentElement.scrollHeight");
    driver.executeCdpCommand(
        "Emulation.setDeviceMetricsOverride",
        Map.of(
            "width",
            width,
            "height",
            Math.clamp(length, 500, 1500),
            "deviceScaleFactor",
            1,
            "mobile",
            width < 500));
    await("new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))");
    try {
      Files.write(file, driver.getScreenshotAs(OutputType.BYTES));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    width(width);
  }

  @Override
  public void close() {
    network.close();
    driver.quit();
  }
}
