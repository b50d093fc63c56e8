package org.knnlm.it.telemetry;

import java.util.Set;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** What expressions of PromQL ask services for. */
final class Expressions {
  private static final Pattern METRIC = Pattern.compile("\\bknnlm_[a-z_]+");
  private static final Pattern SELECTOR = Pattern.compile("\\bknnlm_[a-z_]+\\{([^}]*)}");
  private static final Pattern MATCHER = Pattern.compile("([a-z_]+)\\s*(?:=|!=|=~|!~)\\s*\\\\?\"");
  private static final Pattern BY = Pattern.compile("\\bby \\(([a-z_, ]+)\\)[^\"]*?\\bknnlm_");

  /** What Prometheus itself says of what it has scraped. */
  private static final Set<String> OF_TARGETS = Set.of("namespace", "pod");

  private Expressions() {}

  /** Names of metrics. */
  static Set<String> metrics(String text) {
    return found(METRIC, text)
        .map(MatchResult::group)
        .collect(Collectors.toCollection(TreeSet::new));
  }

  /** Labels that they must have. */
  static Set<String> labels(String text) {
    Stream<String> selected =
        found(SELECTOR, text)
            .flatMap(selector -> found(MATCHER, selector.group(1)))
            .map(matcher -> matcher.group(1));
    Stream<String> summed = found(BY, text).flatMap(by -> Stream.of(by.group(1).split(", *")));
    return Stream.concat(selected, summed)
        .filter(label -> !OF_TARGETS.contains(label))
        .collect(Collectors.toCollection(TreeSet::new));
  }

  private static Stream<MatchResult> found(Pattern pattern, String text) {
    return pattern.matcher(text).results();
  }
}
