package org.knnlm.corpus;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;

/** The lines of a WikiText file as the articles in which its perplexity is measured. */
public final class WikiText {
  private static final String HEADING = "= = =";

  private WikiText() {}

  /** Whether a line without space around it begins an article. */
  public static boolean isHeading(String line) {
    return line.startsWith(HEADING) && line.endsWith(HEADING);
  }

  /**
   * Groups lines into articles. A line that begins and ends with {@code = = =} begins an article
   * (so do headings of a deeper level); blank lines are dropped, the others trimmed and joined by
   * line feeds.
   *
   * @param lines of the file, without their ends
   * @return the articles; the first is what comes before the first heading, and may be empty
   */
  public static List<String> articles(Iterator<String> lines) {
    List<String> articles = new ArrayList<>();
    List<String> article = new ArrayList<>();
    while (lines.hasNext()) {
      String line = lines.next().strip();
      if (isHeading(line)) {
        articles.add(String.join("\n", article));
        article.clear();
      }
      if (!line.isEmpty()) {
        article.add(line);
      }
    }
    articles.add(String.join("\n", article));
    return articles;
  }
}
