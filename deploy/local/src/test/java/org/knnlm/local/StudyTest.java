package org.knnlm.local;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.StringReader;
import java.nio.file.Files;
import java.nio.file.Path;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.w3c.dom.Document;
import org.w3c.dom.Element;
import org.xml.sax.InputSource;

class StudyTest {
  private static final ObjectMapper JSON = new ObjectMapper();

  @TempDir Path folder;
  private JsonNode asked;
  private Study study;

  /** Task i has 10 i, 10 i + 5 and 10 i + 20 % right, and intervals of 3 % to both sides. */
  @BeforeEach
  void results() throws Exception {
    asked = Study.run(JSON.createObjectNode().put("datastore", "demo").put("k", 8));
    ObjectNode comparison = JSON.createObjectNode();
    ArrayNode rows = comparison.putArray("rows");
    for (int i = 0; i < asked.get("tasks").size(); i++) {
      String task = asked.at("/tasks/" + i).asText();
      Files.writeString(
          folder.resolve(task + ".jsonl"),
          """
          {"options": ["a", "b"]}
          {"options": ["a", "b", "c", "d"]}
          """);
      for (boolean headline : new boolean[] {false, true}) {
        ObjectNode row = rows.addObject();
        row.putObject("metric").put("task", task).put("headline", headline);
        ArrayNode results = row.putArray("results");
        for (int more : new int[] {0, 5, 20}) {
          double value = headline ? (10 * i + more) / 100.0 : 0.99;
          ObjectNode result = results.addObject().put("value", value).put("examples", 2);
          result.putObject("interval").put("low", value - 0.03).put("high", value + 0.03);
        }
      }
    }
    study = Study.of(comparison, folder);
  }

  @Test
  void aRunAsksForTheSettingAndForTheSameWithAnOracle() {
    assertThat(asked.at("/settings/0/oracle").isMissingNode()).isTrue();
    assertThat(asked.at("/settings/1/oracle/rank").asInt()).isEqualTo(1);
    assertThat(asked.at("/settings/1/k").asInt()).isEqualTo(8);
  }

  @Test
  void theTableHasEveryTaskItsIntervalsAndTheMeanOfEachGroup() {
    assertThat(StudyTable.of(study).lines())
        .anyMatch(
            line ->
                line.matches(
                    " *comparison +2 +38 +30\\.0 \\[27\\.0, 33\\.0] +35\\.0 \\[32\\.0, 38\\.0] +50\\.0 \\[47\\.0, 53\\.0]"))
        .contains("Reasoning        30 % →  35 % with retrieval,  50 % with an oracle");
  }

  @Test
  void thePlotDrawsWhatTheTableSays() throws Exception {
    Document svg =
        DocumentBuilderFactory.newInstance()
            .newDocumentBuilder()
            .parse(new InputSource(new StringReader(StudyPlot.of(study))));
    Element bar = null;
    Element whisker = null;
    int bars = 0;
    for (int i = 0; i < svg.getElementsByTagName("rect").getLength(); i++) {
      var rectangle = (Element) svg.getElementsByTagName("rect").item(i);
      if (Double.parseDouble(rectangle.getAttribute("width")) > 12) {
        bar = rectangle;
        bars++;
      }
    }
    for (int i = 0; i < svg.getElementsByTagName("line").getLength(); i++) {
      var line = (Element) svg.getElementsByTagName("line").item(i);
      if (line.getAttribute("class").equals("whisker")
          && line.getAttribute("x1").equals(line.getAttribute("x2"))) {
        whisker = line;
      }
    }
    assertThat(bars).isEqualTo(18);
    double percent = number(bar, "height") / 70; // the last one is of 70 %
    assertThat(number(whisker, "y1") - number(whisker, "y2")).isCloseTo(6 * percent, within(0.2));
    assertThat(number(bar, "y") - number(whisker, "y2")).isCloseTo(3 * percent, within(0.2));
    assertThat(svg.getDocumentElement().getTextContent())
        .contains("counting", "Memory", "Reasoning", "Classification", "oracle", "70");
  }

  private static double number(Element element, String name) {
    return Double.parseDouble(element.getAttribute(name));
  }
}
