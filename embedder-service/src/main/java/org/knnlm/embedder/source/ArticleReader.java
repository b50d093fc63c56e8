package org.knnlm.embedder.source;

import org.knnlm.corpus.CorpusException;
import org.knnlm.corpus.DocumentReader;
import org.knnlm.corpus.LineReader;
import org.knnlm.corpus.WikiText;

/** The articles of a WikiText file, as {@link WikiText#articles} cuts them, one at a time. */
final class ArticleReader extends DocumentReader {
  private final LineReader lines;
  private String heading = "";
  private long headingLine = 1;
  private long line;

  ArticleReader(LineReader lines) {
    this.lines = lines;
  }

  @Override
  protected String read() {
    if (heading.isEmpty() && !lines.hasNext()) {
      return null;
    }
    line = headingLine;
    var article = new StringBuilder(heading);
    heading = "";
    while (heading.isEmpty() && lines.hasNext()) {
      String text = lines.next().strip();
      if (WikiText.isHeading(text)) {
        heading = text;
        headingLine = lines.line();
        if (article.isEmpty()) {
          article.append(text);
          line = headingLine;
          heading = "";
        }
      } else if (!text.isEmpty()) {
        append(article, text);
      }
    }
    return article.toString();
  }

  private void append(StringBuilder article, String text) {
    if (article.length() + text.length() > LineReader.MAX_LINE_BYTES) {
      throw new CorpusException(
          lines.file(),
          line,
          "the article is longer than %d characters".formatted(LineReader.MAX_LINE_BYTES));
    }
    if (article.isEmpty()) {
      line = lines.line();
    } else {
      article.append('\n');
    }
    article.append(text);
  }

  @Override
  protected long line() {
    return line;
  }

  @Override
  public long lines() {
    return lines.line();
  }

  @Override
  public void close() {
    lines.close();
  }
}
